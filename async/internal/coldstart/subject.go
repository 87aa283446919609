package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.org/asynchttpapi/internal/lambdahost"
)

// subject is a binary, and what is measured of it.
type subject struct {
	name string
	// binary is the name where that is another.
	binary string
	// env is added to the environment of every subject.
	env      []string
	function lambdahost.Function
	size     int64
	// payload makes the event for a submission's id.
	payload func(id string) []byte
	all     []lambdahost.Measurement
}

// submitting is the subject that makes submissions for the others.
const submitting = "submit"

const talk = `{"speaker":{"name":"Ada","email":"ada@example.org","bio":"Wrote programs.","country":"GB"},
	"title":"Notes","description":"On the engine.","track":"History"}`

func newSubjects(dir string, env []string) ([]*subject, error) {
	input := func(id string) []byte { return fmt.Appendf(nil, `{"id":%q,"redrive":0}`, id) }
	all := []*subject{
		{name: "empty", payload: func(string) []byte { return []byte(`{}`) }},
		{name: "connected", payload: func(string) []byte { return []byte(`{}`) }},
		{name: "trusting", payload: func(string) []byte { return []byte(`{}`) }},
		{name: "all roots", binary: "trusting", env: []string{"SSL_CERT_DIR="}, payload: func(string) []byte { return []byte(`{}`) }},
		{name: "status", payload: lambdahost.StatusEvent},
		{name: submitting, payload: func(string) []byte { return lambdahost.SubmitEvent(talk) }},
		{name: "moderate", payload: input},
		{name: "shortlist", payload: input},
		{name: "select", payload: input},
	}
	for _, s := range all {
		s.function = lambdahost.Function{
			Name: s.name, Binary: filepath.Join(dir, cmp.Or(s.binary, s.name)), Env: slices.Concat(env, s.env), Logs: io.Discard,
		}
		info, err := os.Stat(s.function.Binary)
		if err != nil {
			return nil, err
		}
		s.size = info.Size()
	}
	return all, nil
}

// measure starts an instance and takes every id through it.
func (s *subject) measure(ids []string) error {
	var payloads [][]byte
	for _, id := range ids {
		payloads = append(payloads, s.payload(id))
	}
	m, err := lambdahost.Measure(s.function, payloads...)
	s.all = append(s.all, m)
	return err
}

// idOf is the id in the answer to a submission.
func idOf(answer []byte) (string, error) {
	var response struct {
		StatusCode int
		Headers    map[string]string
	}
	err := json.Unmarshal(answer, &response)
	location := response.Headers["Location"]
	if err != nil || response.StatusCode != 202 || location == "" {
		return "", fmt.Errorf("submit answers %s (%w)", answer, err)
	}
	return location[strings.LastIndex(location, "/")+1:], nil
}
