package local

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"example.org/asynchttpapi/stepfunctions"
)

// named is an error of a type of its own.
type named struct{}

func (*named) Error() string { return "said" }

func TestInvokerAnswersAsLambdaDoes(t *testing.T) {
	failing := func(err error) lambda.Handler {
		return lambda.NewHandler(func() error { return err })
	}
	all := invoker{
		"works":   lambda.NewHandler(func(in map[string]int) (map[string]int, error) { return in, nil }),
		"fails":   failing(errors.New("said")),
		"named":   failing(&named{}),
		"carries": failing(messages.InvokeResponse_Error{Type: "Activity.Unavailable", Message: "said"}),
		"panics":  lambda.NewHandler(func() error { panic("ada@example.org") }),
	}
	tests := map[string]struct{ out, failure string }{
		"works":                       {out: `{"a":1}`},
		functionPrefix + "works":      {out: `{"a":1}`},
		functionPrefix + "works:live": {out: `{"a":1}`},
		functionPrefix + "fails":      {failure: `{"errorMessage":"said","errorType":"errorString"}`},
		functionPrefix + "named":      {failure: `{"errorMessage":"said","errorType":"named"}`},
		functionPrefix + "carries":    {failure: `{"errorMessage":"said","errorType":"Activity.Unavailable"}`},
		functionPrefix + "panics":     {failure: `{"errorMessage":"the function panicked","errorType":"errorString"}`},
	}
	for function, want := range tests {
		out, err := all.Invoke(context.Background(), function, []byte(`{"a":1}`))
		var failure *stepfunctions.FunctionError
		if string(out) != want.out || errors.As(err, &failure) != (want.failure != "") || failure != nil && string(failure.Payload) != want.failure {
			t.Errorf("%s: %s, %v", function, out, err)
		}
	}
}

func TestInvokerRefusesWhatIsNotThere(t *testing.T) {
	_, err := invoker{}.Invoke(context.Background(), functionPrefix+"absent", nil)
	var failure *stepfunctions.ServiceError
	if !errors.As(err, &failure) || failure.Name != "Lambda.ResourceNotFoundException" {
		t.Error(err)
	}
}
