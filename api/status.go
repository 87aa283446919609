// Package api holds the wire types of the API: what a request may carry and
// what a response does carry. Server and clients share them, so that there is
// one truth about every member name.
package api

import (
	"encoding/json"
	"time"
)

// Status is the state of the process, never its business outcome: work that
// was turned down is a Succeeded process.
type Status string

// The words are those that Azure's pollers know; see docs/contract.md.
const (
	NotStarted Status = "NotStarted"
	Running    Status = "Running"
	Succeeded  Status = "Succeeded"
	Failed     Status = "Failed"
	Canceled   Status = "Canceled" // one l: azure-core does not know the other spelling
)

// Terminal reports whether the status will not change any more.
func (s Status) Terminal() bool {
	return s == Succeeded || s == Failed || s == Canceled
}

// Submission is the body of every 202 and of a finished status: exactly these
// members, whatever the stored record holds.
type Submission struct {
	ID           string `json:"id"`
	Status       Status `json:"status"`
	CustomStatus string `json:"customStatus"`
	// Message is one sentence for a person.
	Message         string    `json:"message"`
	CreatedTime     time.Time `json:"createdTime"`
	LastUpdatedTime time.Time `json:"lastUpdatedTime"`
	// PercentComplete is 0 to 100, from stored facts only; it never decreases but
	// for a redrive.
	PercentComplete int `json:"percentComplete"`
	// Error is present only when Status is Failed.
	Error *Error `json:"error,omitempty"`
	// Result is present only when Status is Succeeded, and the result is JSON of
	// at most 8 KiB.
	Result json.RawMessage `json:"result,omitempty"`
	// ResultURL is present only when Status is Succeeded, and there is a result:
	// where it can be read.
	ResultURL string `json:"resultUrl,omitempty"`
	// CancelURL is present only in the response to a submit: a capability to
	// cancel, by POST or DELETE.
	CancelURL string `json:"cancelUrl,omitempty"`
}

// Completions is the body of an answer with submissions that have ended, and of
// one that there are none.
type Completions struct {
	// Value are submissions without Result, the newest end first.
	Value []Submission `json:"value"`
	// Next is the cursor that goes on after them; see Since.
	Next string `json:"next"`
}

// Error says in a code for programs and a sentence for people what failed.
// Neither holds personal data.
type Error struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}
