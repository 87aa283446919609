package ops

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssfn "github.com/aws/aws-sdk-go-v2/service/sfn"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/awsenv"
)

// control stands for SQS and CloudFormation: what the tool sends them, checked.
type control struct {
	t        *testing.T
	mu       sync.Mutex
	messages map[string]string // by receipt
	failures int               // answers with 500 before any other
	outputs  map[string]string
}

func newControl(t *testing.T) (*control, string) {
	c := &control{t: t, messages: map[string]string{}}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return c, server.URL
}

func (c *control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=test/") {
		c.t.Errorf("%s without a signature: %v", r.Method, err)
	}
	if c.failures > 0 {
		c.failures--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		c.describeStacks(w, string(body))
		return
	}
	var in struct{ QueueURL, QueueName, ReceiptHandle string }
	if err := json.Unmarshal(body, &in); err != nil {
		c.t.Error(err)
	}
	switch r.Header.Get("X-Amz-Target") {
	case "AmazonSQS.GetQueueUrl":
		fmt.Fprintf(w, `{"QueueUrl":"https://sqs.example/1/%s"}`, in.QueueName)
	case "AmazonSQS.ReceiveMessage":
		if in.QueueURL != "https://sqs.example/1/letters" {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"arn:aws:sqs:x"}`)
			return
		}
		var out struct{ Messages []message }
		for receipt, text := range c.messages {
			out.Messages = append(out.Messages, message{"id-" + receipt, receipt, text, map[string]string{"SentTimestamp": "1780000000000"}})
		}
		if err := json.NewEncoder(w).Encode(out); err != nil {
			c.t.Error(err)
		}
	case "AmazonSQS.DeleteMessage":
		delete(c.messages, in.ReceiptHandle)
		fmt.Fprint(w, "{}")
	}
}

func (c *control) describeStacks(w http.ResponseWriter, form string) {
	if !strings.Contains(form, "Action=DescribeStacks") || !strings.Contains(form, "StackName=orders") {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>arn:aws:x</Message></Error></ErrorResponse>`)
		return
	}
	fmt.Fprint(w, `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><Outputs>`)
	for key, value := range c.outputs {
		fmt.Fprintf(w, `<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>`, key, value)
	}
	fmt.Fprint(w, `</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`)
}

// connect makes the fixture that of a stack's outputs.
func (c *control) connect(w *fixture, url string) {
	c.outputs = map[string]string{
		"Table": w.env["TABLE_NAME"], "StateMachineArn": w.env["STATE_MACHINE_ARN"], "DeadLettersName": "letters",
	}
	delete(w.env, "TABLE_NAME")
	delete(w.env, "STATE_MACHINE_ARN")
	w.env["STACK"], w.env["AWS_ENDPOINT_URL_SQS"], w.env["AWS_ENDPOINT_URL_CLOUDFORMATION"] = "orders", url, url
}

// stop ends an execution without the record.
func (w *fixture) stop(t *testing.T, machine, id string) {
	t.Helper()
	cfg, err := awsenv.Config(w.getenv, "SFN")
	if err != nil {
		t.Fatal(err)
	}
	execution := strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":" + id
	if _, err := awssfn.NewFromConfig(cfg).StopExecution(t.Context(), &awssfn.StopExecutionInput{ExecutionArn: aws.String(execution)}); err != nil {
		t.Fatal(err)
	}
}

func TestDeadLetters(t *testing.T) {
	w := newAWS(t, false)
	machine := w.env["STATE_MACHINE_ARN"]
	c, url := newControl(t)
	c.connect(w, url)
	c.failures = 2 // the tool sends a request three times
	first, second := w.submit(t, "hold"), w.submit(t, "hold")
	<-w.packing
	<-w.packing
	w.deaf.Store(true)
	ids := []string{first, second}
	for _, id := range ids {
		w.stop(t, machine, id)
	}
	event := func(id string) string {
		return fmt.Sprintf(`{"detail":{"name":%q,"status":"ABORTED","input":%q}}`, id, secretName)
	}
	c.messages = map[string]string{
		"of the rule": event(first), "of Lambda": `{"requestPayload":` + event(second) + `,"responsePayload":{"errorMessage":"x"}}`,
		"purged": event(async.NewSecret()), "of another": `{"hello":"` + secretName + `"}`,
	}
	listed := w.must(t, ids, "deadletters", "list")
	for _, want := range []string{async.LogID(first), async.LogID(second), "ABORTED", "2026-05-28T", "4 messages", "not an event"} {
		if !strings.Contains(listed, want) {
			t.Errorf("the list lacks %q:\n%s", want, listed)
		}
	}
	if _, errs, code := w.ops("no\n", "deadletters", "redeliver"); code != exitFailed || len(c.messages) != 4 {
		t.Errorf("without consent: %d %s", code, errs)
	}
	if _, s := w.status(t, first); s.Status != api.Running {
		t.Fatalf("before, it is %s", s.Status)
	}
	out, errs, code := w.ops("", "deadletters", "redeliver", "-yes")
	if code != exitFailed || !strings.Contains(errs, "3 messages redelivered, 1 failed and stay in the queue") || strings.Contains(out+errs, secretName) {
		t.Errorf("%d %s%s", code, out, errs)
	}
	for _, id := range ids {
		if _, s := w.status(t, id); s.Status != api.Canceled {
			t.Errorf("%s after it was redelivered", s.Status)
		}
	}
	if len(c.messages) != 1 || c.messages["of another"] == "" {
		t.Errorf("left: %v", c.messages)
	}
}

// Errors of the services have their code, and no ARN.
func TestErrorsOfTheControlPlane(t *testing.T) {
	c, url := newControl(t)
	w := &fixture{env: map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"TABLE_NAME": "t", "STATE_MACHINE_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:orders",
	}}
	c.connect(w, url)
	w.env["STACK"] = "another"
	if _, errs, code := w.ops("", "list"); code != exitFailed || !strings.Contains(errs, "-stack another: cloudformation: ValidationError") || strings.Contains(errs, "arn:") {
		t.Errorf("%d %s", code, errs)
	}
	w.env["STACK"] = "orders"
	w.env["DEAD_LETTERS_URL"] = "https://sqs.example/1/others"
	if _, errs, code := w.ops("", "deadletters", "list"); code != exitFailed || !strings.Contains(errs, "sqs: QueueDoesNotExist") || strings.Contains(errs, "arn:") {
		t.Errorf("%d %s", code, errs)
	}
	c.failures = 3
	if _, errs, code := w.ops("", "list"); code != exitFailed || !strings.Contains(errs, "status 503") {
		t.Errorf("%d %s", code, errs)
	}
	c.outputs = map[string]string{"Another": "output"}
	if _, errs, code := w.ops("", "list"); code != exitUsage || !strings.Contains(errs, "-table and -state-machine are needed") {
		t.Errorf("%d %s", code, errs)
	}
}

func TestExplanation(t *testing.T) {
	now := time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)
	after := func(began, due time.Duration) async.State {
		s := async.State{Status: api.Running, CustomStatus: "Packing", Began: now.Add(-began)}
		if due != 0 {
			s.Due = now.Add(due)
		}
		return s
	}
	tests := []struct {
		state async.State
		want  []string
	}{
		{async.State{Status: api.Running}, []string{"not known when"}},
		{after(time.Second, 10*time.Second), []string{"due in 10s", "from 1 second to 5 minutes"}},
		{after(time.Second, time.Hour), []string{"due in 1h0m"}},
		{after(time.Hour, -5*time.Second), []string{"was due 5s ago"}},
		{after(48*time.Hour, -24*time.Hour), []string{"was due 24h0m ago"}},
		{after(20*time.Minute, 0), []string{"has no expected end"}},
		{async.State{Status: api.Failed}, []string{"none", "is Failed"}},
	}
	for _, tt := range tests {
		got := explanation(async.Record{State: tt.state, Deadline: now.Add(time.Hour)}, now)
		for _, want := range tt.want {
			if !strings.Contains(got, want) {
				t.Errorf("%+v: lacks %q:\n%s", tt.state, want, got)
			}
		}
	}
	if got := explanation(async.Record{State: after(time.Second, time.Second), Deadline: now.Add(-time.Second)}, now); !strings.Contains(got, "past its deadline") {
		t.Error(got)
	}
}
