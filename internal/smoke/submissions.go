package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	wire "example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

// patience is how long the one submission may take.
const patience = 5 * time.Minute

// talk says of itself what it is, to a committee that may be people.
const talk = `{"speaker":{"name":"Smoke test","email":"smoke@example.com"},"title":"Smoke test: please ignore",
	"description":"Made by make smoke, to see whether the API works.","track":"Operations"}`

// submissions are the checks that make something: one submission.
var submissions = []check{
	{"a submission is accepted once, can be read at once, and ends", submitOnce},
}

func submitOnce(ctx context.Context, a *api) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	key := rand.Text()
	first, err := a.submit(ctx, key)
	if err != nil {
		return err
	}
	again, err := a.submit(ctx, key)
	if err != nil {
		return fmt.Errorf("with the same Idempotency-Key again: %w", err)
	}
	if again.ID != first.ID {
		return errors.New("the same Idempotency-Key made another submission")
	}
	c, err := client.New[json.RawMessage](client.Config{BaseURL: a.url})
	if err != nil {
		return err
	}
	s, err := c.Status(ctx, first.ID)
	if err != nil {
		return fmt.Errorf("reading what was accepted: %w", err)
	}
	s, err = c.Wait(ctx, s)
	if failed := (*client.FailedError)(nil); errors.As(err, &failed) {
		return nil // the review broke off, and the API said so
	}
	if err == nil && s.CustomStatus == "" {
		err = fmt.Errorf("it ended as %+v", s.Result)
	}
	return err
}

// submit checks a 202, or the 200 of one that has ended already.
func (a *api) submit(ctx context.Context, key string) (s wire.Submission, err error) {
	r, err := a.send(ctx, http.MethodPost, wire.SubmitPath, talk, "Content-Type", wire.MediaTypeJSON, "Idempotency-Key", key)
	if err != nil {
		return s, err
	}
	if err := r.authorized(); err != nil {
		return s, err
	}
	if r.code != http.StatusAccepted && r.code != http.StatusOK {
		return s, fmt.Errorf("answered %d", r.code)
	}
	if err := json.Unmarshal(r.body, &s); err != nil {
		return s, fmt.Errorf("the body is not a status: %w", err)
	}
	if s.ID == "" {
		return s, errors.New("the body has no id")
	}
	return s, errors.Join(r.wantHeader("Cache-Control", "no-store"), r.wantPolling())
}

// wantPolling checks what pollers follow. A status URL is a capability: it is
// not part of an error.
func (r answer) wantPolling() error {
	if r.code != http.StatusAccepted {
		return nil
	}
	location := r.header.Get("Location")
	if !strings.Contains(location, "://") || location != r.header.Get("Operation-Location") {
		return errors.New("the headers Location and Operation-Location are not one absolute URL")
	}
	if seconds, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || seconds < 1 {
		return fmt.Errorf("Retry-After is %q, want whole seconds", r.header.Get("Retry-After"))
	}
	return nil
}
