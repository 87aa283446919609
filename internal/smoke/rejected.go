package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	wire "example.org/asynchttpapi/api"
)

// rejected are requests that the API has to refuse, so that nothing comes of
// them.
var rejected = []check{
	{"an unknown id is not found", refused(http.MethodGet, wire.StatusPath+unknownID(), "", 404)},
	{"a malformed id is not found", refused(http.MethodGet, wire.StatusPath+"no-such-id", "", 404)},
	{"an unknown path is not found", refused(http.MethodGet, "/api/smoke", "", 404)},
	{"HEAD has no body", headHasNoBody},
	{"a wrong method names the right ones", wrongMethod},
	{"what is not JSON is refused", refused(http.MethodPost, wire.SubmitPath, "{}", 415, "Content-Type", "text/plain")},
	{"malformed JSON is refused", refused(http.MethodPost, wire.SubmitPath, `{"title":`, 400, "Content-Type", "application/json")},
	{"a large submission is refused", refused(http.MethodPost, wire.SubmitPath, `{"title":"`+strings.Repeat("x", 65<<10)+`"}`, 413, "Content-Type", "application/json")},
	{"every offending field is named", invalid},
	{"a preflight is answered", preflight},
}

// unknownID has the form of an id and names no submission.
func unknownID() string { return strings.ToLower(rand.Text()) }

func refused(method, path, body string, code int, header ...string) func(context.Context, *api) error {
	return func(ctx context.Context, a *api) error {
		r, err := a.send(ctx, method, path, body, header...)
		if err != nil {
			return err
		}
		if method == http.MethodPost {
			err = r.authorized()
		}
		return errors.Join(err, r.wantProblem(code))
	}
}

// authorized explains an answer that is not the function's.
func (r answer) authorized() error {
	if r.code == http.StatusUnauthorized || r.code == http.StatusForbidden {
		return errors.New("submits are authorized: give what they need with -header")
	}
	return nil
}

func headHasNoBody(ctx context.Context, a *api) error {
	r, err := a.send(ctx, http.MethodHead, wire.StatusPath+unknownID(), "")
	if err == nil && (r.code != http.StatusNotFound || len(r.body) > 0) {
		err = fmt.Errorf("answered %d and %d bytes", r.code, len(r.body))
	}
	return err
}

func wrongMethod(ctx context.Context, a *api) error {
	r, err := a.send(ctx, http.MethodDelete, wire.SubmitPath, "")
	if err != nil {
		return err
	}
	if allow := r.header.Get("Allow"); !strings.Contains(allow, http.MethodPost) {
		return fmt.Errorf("answered %d, and Allow is %q", r.code, allow)
	}
	return r.wantProblem(http.StatusMethodNotAllowed)
}

func invalid(ctx context.Context, a *api) error {
	r, err := a.send(ctx, http.MethodPost, wire.SubmitPath, `{}`, "Content-Type", "application/json")
	if err != nil {
		return err
	}
	if err := errors.Join(r.authorized(), r.wantProblem(http.StatusUnprocessableEntity)); err != nil {
		return err
	}
	var p wire.Problem
	err = json.Unmarshal(r.body, &p)
	if err == nil && (len(p.Errors) < 2 || p.Errors[0].Pointer == "") {
		err = fmt.Errorf("the offending fields are %+v", p.Errors)
	}
	return err
}

func preflight(ctx context.Context, a *api) error {
	r, err := a.send(ctx, http.MethodOptions, wire.SubmitPath, "",
		"Origin", "https://smoke.example", "Access-Control-Request-Method", "POST")
	if err == nil && r.code/100 != 2 {
		err = fmt.Errorf("answered %d", r.code)
	}
	return err
}
