package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"asynchttpapi/api"
)

// record is a submission's state as a line for programs.
type record struct {
	api.Submission
	// URL is where the status is read.
	URL string `json:"url"`
}

func writeJSON(w io.Writer, s state) error {
	return json.NewEncoder(w).Encode(record{s.Result, s.URL})
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
