package ops

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/dynamo"
	"example.org/asynchttpapi/async/internal/operate"
	"example.org/asynchttpapi/async/internal/s3"
	"example.org/asynchttpapi/async/internal/sfn"
)

// target is the service that is operated.
type target struct {
	submissions operate.Submissions
	executions  *sfn.Workflows
	// dead is nil where there is no queue of dead letters, or it is not known.
	dead *queue
}

// localMachine is the state machine of every service on one machine.
const localMachine = "arn:aws:states:us-east-1:123456789012:stateMachine:process_submission"

// connect returns the service that the flags name. It calls nothing but the stack.
func (p program) connect(ctx context.Context, o options) (target, error) {
	onAWS := o.stack != "" || o.table != "" || o.machine != ""
	switch {
	case o.local != "" && onAWS:
		return target{}, usagef("-local is a service on this machine; -stack, -table and -state-machine are of one on AWS: choose one (the environment may set them, too)")
	case o.local != "":
		return connectLocal(o.local)
	case !onAWS:
		return target{}, usagef("where is the service? -local URL on this machine, or -stack NAME, or -table and -state-machine on AWS")
	}
	if o.stack != "" {
		if err := o.fill(ctx, p.getenv); err != nil {
			return target{}, err
		}
	}
	if o.table == "" || o.machine == "" {
		return target{}, usagef("-table and -state-machine are needed, or a -stack whose outputs are called Table and StateMachineArn")
	}
	t, err := connectAWS(p.getenv, o)
	if err != nil && strings.Contains(err.Error(), "AWS_ACCESS_KEY_ID is not set") {
		err = errors.Join(err, errors.New(`eval "$(aws configure export-credentials --profile NAME --format env)" sets the credentials`))
	}
	if err != nil {
		return t, usageError(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return t, nil
}

func connectLocal(url string) (t target, err error) {
	client, err := operate.NewClient(url)
	if err != nil {
		return t, usagef("-local: %v", err)
	}
	t.submissions = client
	t.executions, err = sfn.New(func(name string) string {
		return map[string]string{
			"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_ENDPOINT_URL_SFN": url,
		}[name]
	}, localMachine)
	return t, err
}

func connectAWS(getenv func(string) string, o options) (t target, err error) {
	store, noStore := dynamo.New(getenv, o.table)
	executions, noExecutions := sfn.New(getenv, o.machine)
	var noResults, noQueue error
	d := operate.Direct{Store: store}
	if o.results != "" {
		d.Results, noResults = s3.New(getenv, o.results)
	}
	if o.letters != "" {
		t.dead, noQueue = newQueue(getenv, o.letters)
	}
	if err := cmp.Or(noStore, noExecutions, noResults, noQueue); err != nil {
		return t, err
	}
	d.Service, err = async.New(async.Config{Store: store, Workflows: stopping{executions, store}, Results: d.Results})
	t.submissions, t.executions = d, executions
	return t, err
}

// stopping are the workflows of a job that is not known here. What an execution
// does after a cancellation is in its state machine.
type stopping struct {
	*sfn.Workflows
	store async.Store
}

// compensate is the state that generated state machines go on to after a
// cancellation, where the job compensates.
const compensate = "Compensate"

// Stop implements async.Workflows. An execution that compensates goes on to do so
// by itself, at its next write; one that waits is failed here.
func (s stopping) Stop(ctx context.Context, id string) error {
	compensates, err := s.Compensates(ctx, id, compensate)
	if errors.Is(err, async.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !compensates {
		return s.Workflows.Stop(ctx, id)
	}
	r, err := s.store.Get(ctx, id)
	if err != nil || r.Waiting.Token == "" {
		return err
	}
	if err := s.Fail(ctx, r.Waiting.Token, async.Overtaken); !errors.Is(err, async.ErrNotFound) {
		return err
	}
	return nil
}

// fill sets what is not set from the outputs of the stack.
func (o *options) fill(ctx context.Context, getenv func(string) string) error {
	outputs, err := stackOutputs(ctx, getenv, o.stack)
	if err != nil {
		return fmt.Errorf("-stack %s: %w", o.stack, err)
	}
	o.table = cmp.Or(o.table, outputs["Table"])
	o.machine = cmp.Or(o.machine, outputs["StateMachineArn"])
	o.results = cmp.Or(o.results, outputs["ResultsBucket"])
	if o.letters = cmp.Or(o.letters, outputs["DeadLettersUrl"]); o.letters == "" && outputs["DeadLettersName"] != "" {
		o.letters, err = queueURL(ctx, getenv, outputs["DeadLettersName"])
	}
	return err
}
