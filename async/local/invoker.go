package local

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"example.org/asynchttpapi/stepfunctions"
)

// invoker runs functions in this process: the same handlers, called with the
// same JSON, and failing with the same JSON, as in Lambda.
type invoker map[string]lambda.Handler

// Invoke implements stepfunctions.Invoker.
func (i invoker) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	handler, ok := i[functionName(function)]
	if !ok {
		return nil, &stepfunctions.ServiceError{Name: "Lambda.ResourceNotFoundException", Message: "there is no such function here"}
	}
	return invoke(ctx, handler, payload)
}

// functionName takes an ARN, with or without a qualifier, or a name down to the name.
func functionName(function string) string {
	if _, rest, ok := strings.Cut(function, ":function:"); ok {
		function = rest
	}
	name, _, _ := strings.Cut(function, ":")
	return name
}

// invoke calls a handler. A panic ends a Lambda instance and fails the
// invocation; here it must not end everything else.
func invoke(ctx context.Context, handler lambda.Handler, payload []byte) (out []byte, err error) {
	defer func() {
		if recover() != nil {
			out, err = nil, functionError(errors.New("the function panicked"))
		}
	}()
	out, err = handler.Invoke(withRequest(ctx), payload)
	if err != nil {
		return nil, functionError(err)
	}
	return out, nil
}

// functionError is what the Lambda runtime makes of a handler's error: its own
// type carries a name, every other error is named by its Go type.
func functionError(err error) error {
	failure, ok := err.(messages.InvokeResponse_Error) // outermost, as the runtime has it
	if !ok {
		failure = messages.InvokeResponse_Error{Type: typeName(err), Message: err.Error()}
	}
	payload, marshalErr := json.Marshal(failure)
	if marshalErr != nil {
		return marshalErr
	}
	return &stepfunctions.FunctionError{Payload: payload}
}

func typeName(err error) string {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}
