package async

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Bounds of what a Store keeps, in bytes. They hold in every adapter, so that
// what works on one machine works on DynamoDB, whose items end at 400 KB and
// cost a write unit for every KB on every write.
const (
	// MaxText bounds each short string: custom status, message, error code and
	// message, stage, outcome.
	MaxText = 1024
	// MaxInput bounds a submission's input.
	MaxInput = 256 << 10
	// MaxResult bounds an inline result; a larger one is written with
	// Run.ResultWriter.
	MaxResult = 8 << 10
	// MaxValues bounds all Values of a submission together: they are part of
	// the item that every status change writes.
	MaxValues = 16 << 10
	// MaxName bounds ids and keys: an execution's name has at most 80
	// characters.
	MaxName = 80
	// maxToken bounds a task token: Step Functions' own bound.
	maxToken = 2048
)

// ErrInvalid refuses a record, change or reservation that no Store keeps: a
// mistake of the caller. The text names the member, never its value.
var ErrInvalid = errors.New("invalid")

// Valid returns ErrInvalid for a record that a Store must not keep.
func (r Record) Valid() error {
	if err := validName("id", r.ID); err != nil {
		return err
	}
	for stage, outcome := range r.Outcomes {
		if err := validOutcome(stage, outcome); err != nil {
			return err
		}
	}
	return errors.Join(validTexts("job", r.Job, "scope", r.Scope), validExtras(r.Values, r.Result, &r.Waiting), r.State.Valid())
}

// Valid returns ErrInvalid for a state with a missing status, a negative
// position or a string beyond MaxText.
func (s State) Valid() error {
	if s.Status == "" {
		return fmt.Errorf("status is empty: %w", ErrInvalid)
	}
	if s.Rank < 0 || s.Redrive < 0 || s.Percent < 0 || s.Percent > 100 {
		return fmt.Errorf("rank, redrive or percent is out of bounds: %w", ErrInvalid)
	}
	texts := []string{"status", string(s.Status), "custom status", s.CustomStatus, "message", s.Message}
	if s.Error != nil {
		texts = append(texts, "error code", s.Error.Code, "error message", s.Error.Message)
	}
	return validTexts(texts...)
}

// Valid returns ErrInvalid for a change that a Store must not apply.
func (c Change) Valid() error {
	if c.State != nil {
		if err := c.State.Valid(); err != nil {
			return err
		}
	}
	if c.Stage == "" && (c.Outcome != Continue || c.Values != nil || c.Result != nil || c.Large != nil || c.Answer != "") {
		return fmt.Errorf("an outcome without its stage: %w", ErrInvalid)
	}
	if c.Percent < 0 || c.Percent > 100 {
		return fmt.Errorf("percent is out of bounds: %w", ErrInvalid)
	}
	if err := validExtras(c.Values, c.Result, c.Waiting); err != nil {
		return err
	}
	return validTexts("stage", c.Stage, "outcome", string(c.Outcome), "answer", c.Answer)
}

// Valid returns ErrInvalid for a reservation that a Store must not keep.
func (r Reservation) Valid() error {
	return errors.Join(validName("key", r.Key), validName("id", r.ID), validName("fingerprint", r.Fingerprint), validTexts("cancel", r.Cancel))
}

// ValidInput returns ErrInvalid for an input that a Store must not keep.
func ValidInput(input json.RawMessage) error {
	if len(input) > MaxInput {
		return fmt.Errorf("input is longer than %d bytes: %w", MaxInput, ErrInvalid)
	}
	return nil
}

func validOutcome(stage string, outcome Outcome) error {
	if stage == "" {
		return fmt.Errorf("stage of an outcome is empty: %w", ErrInvalid)
	}
	return validTexts("stage", stage, "outcome", string(outcome))
}

func validExtras(values map[string]json.RawMessage, result json.RawMessage, w *Waiting) error {
	size := 0
	for name, value := range values {
		size += len(name) + len(value)
	}
	switch {
	case size > MaxValues:
		return fmt.Errorf("values are longer than %d bytes: %w", MaxValues, ErrInvalid)
	case len(result) > MaxResult:
		return fmt.Errorf("result is longer than %d bytes: %w", MaxResult, ErrInvalid)
	case w != nil && w.Attempt < 0:
		return fmt.Errorf("attempt is negative: %w", ErrInvalid)
	case w != nil && len(w.Token) > maxToken:
		return fmt.Errorf("token is longer than %d bytes: %w", maxToken, ErrInvalid)
	}
	return nil
}

// validTexts takes pairs of a member's name and its value.
func validTexts(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if len(pairs[i+1]) > MaxText {
			return fmt.Errorf("%s is longer than %d bytes: %w", pairs[i], MaxText, ErrInvalid)
		}
	}
	return nil
}

func validName(member, name string) error {
	if name == "" || len(name) > MaxName {
		return fmt.Errorf("%s has to have 1 to %d bytes: %w", member, MaxName, ErrInvalid)
	}
	return nil
}
