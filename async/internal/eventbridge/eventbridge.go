// Package eventbridge puts the ends of submissions on an event bus of Amazon
// EventBridge.
package eventbridge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async/internal/awsenv"
)

// What rules match: docs/contract.md.
const (
	source     = "asynchttpapi"
	detailType = "Submission Ended"
)

// Bus is an event bus.
type Bus struct {
	client *eventbridge.Client
	// name is the bus's, resource the ARN that its events are about.
	name, resource string
}

// New makes a Bus from Lambda's environment; see awsenv.Config. It does not call
// EventBridge. resource is the ARN of the state machine.
func New(getenv func(string) string, name, resource string) (*Bus, error) {
	cfg, err := awsenv.Config(getenv, "EVENTBRIDGE")
	if name == "" {
		err = errors.Join(err, errors.New("the bus's name is empty"))
	}
	if err != nil {
		return nil, err
	}
	return &Bus{eventbridge.NewFromConfig(cfg), name, resource}, nil
}

// detail is an item of the list of completions, and what makes it differ from others.
type detail struct {
	EventID string `json:"eventId"`
	api.Submission
}

// Ended puts the event of an end on the bus. An end that is put twice is the same
// event: its eventId is of the end, while EventBridge's own is of the call.
func (b *Bus) Ended(ctx context.Context, s api.Submission) error {
	text, err := json.Marshal(detail{eventID(s), s})
	if err != nil {
		return err
	}
	out, err := b.client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		EventBusName: &b.name, Source: aws.String(source), DetailType: aws.String(detailType),
		Detail: aws.String(string(text)), Time: &s.LastUpdatedTime, Resources: []string{b.resource},
	}}})
	if err != nil {
		return awsenv.Wrap("eventbridge PutEvents", err)
	}
	for _, e := range out.Entries {
		if e.ErrorCode != nil {
			return fmt.Errorf("eventbridge PutEvents: %s", *e.ErrorCode)
		}
	}
	return nil
}

// eventID is the same whenever the same end is put. A submission that is taken up
// again ends again, at another time.
func eventID(s api.Submission) string {
	sum := sha256.Sum256([]byte(s.ID + " " + s.LastUpdatedTime.UTC().Format(time.RFC3339Nano)))
	return hex.EncodeToString(sum[:16])
}
