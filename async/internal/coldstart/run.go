package main

import (
	"context"
	"io"
	"os"
	"slices"

	"example.org/asynchttpapi/internal/lambdahost"
)

// run builds, measures in turns, and prints.
func run(ctx context.Context, endpoint string, runs, warm int, out io.Writer) error {
	dir, err := os.MkdirTemp("", "coldstart")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := build(ctx, dir); err != nil {
		return err
	}
	if err := newTable(ctx, endpoint); err != nil {
		return err
	}
	stepFunctions := newStepFunctions()
	defer stepFunctions.Close()
	subjects, err := newSubjects(dir, []string{
		"TABLE_NAME=" + table, "STATE_MACHINE_ARN=arn:aws:states:us-east-1:123456789012:stateMachine:coldstart",
		"REVIEW=approve", "SPEED=1e9", "SSL_CERT_DIR=/none", "AWS_ENDPOINT_URL_DYNAMODB=" + endpoint, "AWS_ENDPOINT_URL_SFN=" + stepFunctions.URL,
	})
	if err != nil {
		return err
	}
	if err := measure(ctx, subjects, runs, warm+1); err != nil {
		return err
	}
	print(out, subjects)
	printMemory(out, subjects)
	return nil
}

// measure gives each binary a fresh instance in every round. Submissions that
// the stages take on are made beside.
func measure(ctx context.Context, subjects []*subject, runs, invocations int) error {
	submit := subjects[slices.IndexFunc(subjects, func(s *subject) bool { return s.name == submitting })]
	host := lambdahost.New(submit.function)
	defer host.Close()
	for range runs {
		ids, err := submissions(ctx, host, submit, invocations)
		if err != nil {
			return err
		}
		for _, s := range subjects {
			if err := s.measure(ids); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func submissions(ctx context.Context, host *lambdahost.Host, submit *subject, n int) (ids []string, _ error) {
	for range n {
		answer, err := host.Invoke(ctx, submit.name, submit.payload(""))
		if err != nil {
			return nil, err
		}
		id, err := idOf(answer.Payload)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}
