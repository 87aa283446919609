package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"example.org/asynchttpapi/api"
)

// record is a submission's state as a line for programs.
type record struct {
	api.Submission
	// URL is where the status is read.
	URL string `json:"url"`
}

func writeJSON(w io.Writer, s state) error {
	return encodeJSON(w, record{s.Result, s.URL})
}

// encodeJSON writes a value as one line. What a terminal would obey is escaped,
// which encoding/json does for the first 32 characters only.
func encodeJSON(w io.Writer, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, r := range string(line) {
		if obeyed(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	_, err = fmt.Fprintln(w, b.String())
	return err
}

// writeLine writes a state as one line of five columns, separated by tabs.
func writeLine(w io.Writer, s state) error {
	r := s.Result
	fields := []string{r.LastUpdatedTime.UTC().Format(time.RFC3339), r.ID, string(r.Status), r.CustomStatus, reason(r)}
	for i, f := range fields {
		fields[i] = clean(f)
	}
	_, err := fmt.Fprintln(w, strings.Join(fields, "\t"))
	return err
}

// reason is the sentence about a state; of a failure, why.
func reason(s api.Submission) string {
	if s.Error == nil {
		return s.Message
	}
	return fmt.Sprintf("%s (%s: %s)", s.Message, s.Error.Code, s.Error.Message)
}
