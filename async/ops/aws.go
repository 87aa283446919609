package ops

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"example.org/asynchttpapi/async/internal/awsenv"
)

// caller signs and sends the few requests to services whose clients are not worth
// a module of the SDK, which the functions would share.
type caller struct {
	cfg     aws.Config
	service string // as in a host name
}

func newCaller(getenv func(string) string, service string) (caller, error) {
	cfg, err := awsenv.Config(getenv, strings.ToUpper(service))
	return caller{awsenv.Transfers(cfg), service}, err
}

// answerLimit bounds an answer: one of DescribeStacks is at most 1 MB, one of
// ReceiveMessage with ten messages 2.5 MB.
const answerLimit = 16 << 20

// maxAttempts bounds how often a request is sent.
const maxAttempts = 3

func (c caller) endpoint() string {
	if c.cfg.BaseEndpoint != nil {
		return *c.cfg.BaseEndpoint
	}
	domain := "amazonaws.com"
	if strings.HasPrefix(c.cfg.Region, "cn-") {
		domain += ".cn"
	}
	return "https://" + c.service + "." + c.cfg.Region + "." + domain
}

// send sends a request, and once more where the service has failed.
func (c caller) send(ctx context.Context, headers map[string]string, body []byte) (answer []byte, err error) {
	for range maxAttempts {
		status := 0
		status, answer, err = c.sendOnce(ctx, headers, body)
		switch {
		case err == nil && status == http.StatusOK:
			return answer, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err == nil && status < 500:
			return nil, fmt.Errorf("%s: %s", c.service, codeOf(status, answer))
		case err == nil:
			err = fmt.Errorf("%s: %s", c.service, codeOf(status, answer))
		}
	}
	return nil, err
}

func (c caller) sendOnce(ctx context.Context, headers map[string]string, body []byte) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint()+"/", bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("%s: the endpoint is not a URL", c.service)
	}
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	credentials, err := c.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return 0, nil, err
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, credentials, req, hex.EncodeToString(sum[:]), c.service, c.cfg.Region, time.Now()); err != nil {
		return 0, nil, awsenv.Wrap(c.service+" signature", err)
	}
	resp, err := c.cfg.HTTPClient.Do(req)
	if err != nil {
		return 0, nil, awsenv.Wrap(c.service, err)
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	return resp.StatusCode, answer, err
}

// anErrorCode finds the code in an error of either protocol; the message may
// name resources.
var anErrorCode = regexp.MustCompile(`"__type"\s*:\s*"(?:[^"#]*#)?([\w.]+)"|<Code>([\w.]+)</Code>`)

func codeOf(status int, answer []byte) string {
	if m := anErrorCode.FindSubmatch(answer); m != nil {
		return string(m[1]) + string(m[2])
	}
	return fmt.Sprintf("status %d", status)
}

// stackOutputs returns the outputs of a stack.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
func stackOutputs(ctx context.Context, getenv func(string) string, stack string) (map[string]string, error) {
	c, err := newCaller(getenv, "cloudformation")
	if err != nil {
		return nil, err
	}
	form := url.Values{"Action": {"DescribeStacks"}, "Version": {"2010-05-15"}, "StackName": {stack}}
	answer, err := c.send(ctx, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, []byte(form.Encode()))
	if err != nil {
		return nil, err
	}
	var out struct {
		Outputs []struct {
			Key   string `xml:"OutputKey"`
			Value string `xml:"OutputValue"`
		} `xml:"DescribeStacksResult>Stacks>member>Outputs>member"`
	}
	if err := xml.Unmarshal(answer, &out); err != nil {
		return nil, errors.New("cloudformation: the answer is not the XML of DescribeStacks")
	}
	outputs := map[string]string{}
	for _, o := range out.Outputs {
		outputs[o.Key] = o.Value
	}
	return outputs, nil
}

// queue is an SQS queue.
type queue struct {
	caller
	url string
}

func newQueue(getenv func(string) string, url string) (*queue, error) {
	c, err := newCaller(getenv, "sqs")
	return &queue{c, url}, err
}

// queueURL returns the URL of a queue of this account.
func queueURL(ctx context.Context, getenv func(string) string, name string) (string, error) {
	q, err := newQueue(getenv, "")
	if err != nil {
		return "", err
	}
	var out struct {
		QueueURL string `json:"QueueUrl"`
	}
	err = q.call(ctx, "GetQueueUrl", map[string]any{"QueueName": name}, &out)
	return out.QueueURL, err
}

// call is an operation of SQS's JSON protocol.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html
func (q *queue) call(ctx context.Context, operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := q.send(ctx, map[string]string{"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS." + operation}, body)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return errors.New("sqs: the answer is not JSON")
	}
	return nil
}

// message is a message of a queue.
type message struct {
	MessageID     string `json:"MessageId"`
	ReceiptHandle string
	Body          string
	Attributes    map[string]string
}

// receive returns up to ten messages, which it hides from others for so many
// seconds.
func (q *queue) receive(ctx context.Context, hidden int) ([]message, error) {
	var out struct{ Messages []message }
	err := q.call(ctx, "ReceiveMessage", map[string]any{
		"QueueUrl": q.url, "MaxNumberOfMessages": 10, "VisibilityTimeout": hidden, "WaitTimeSeconds": 1, "AttributeNames": []string{"SentTimestamp"},
	}, &out)
	return out.Messages, err
}

func (q *queue) remove(ctx context.Context, m message) error {
	return q.call(ctx, "DeleteMessage", map[string]any{"QueueUrl": q.url, "ReceiptHandle": m.ReceiptHandle}, nil)
}
