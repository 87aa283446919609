package async

import (
	"errors"
	"fmt"
)

// Bounds of what a Store keeps, in bytes. They hold in every adapter, so that
// what works on one machine works on DynamoDB, whose items end at 400 KB and
// cost a write unit for every KB on every write.
const (
	// MaxText bounds each short string: custom status, message, error code
	// and message, stage, decision. Custom statuses without a bound have
	// stopped workflows elsewhere.
	MaxText = 1024
	// MaxPayload bounds a record's payload.
	MaxPayload = 256 << 10
	// MaxName bounds ids and keys: an execution's name has at most 80
	// characters.
	MaxName = 80
)

// ErrInvalid refuses a record, change or reservation that no Store keeps: a
// mistake of the caller. The text names the member, never its value.
var ErrInvalid = errors.New("invalid")

// Valid returns ErrInvalid for a record that a Store must not keep.
func (r Record) Valid() error {
	if len(r.Payload) > MaxPayload {
		return fmt.Errorf("payload is longer than %d bytes: %w", MaxPayload, ErrInvalid)
	}
	if err := validName("id", r.ID); err != nil {
		return err
	}
	for stage, decision := range r.Decisions {
		if err := validDecision(stage, decision); err != nil {
			return err
		}
	}
	return r.State.Valid()
}

// Valid returns ErrInvalid for a state with a missing status, a negative
// position or a string beyond MaxText.
func (s State) Valid() error {
	if s.Status == "" {
		return fmt.Errorf("status is empty: %w", ErrInvalid)
	}
	if s.Rank < 0 || s.Redrive < 0 {
		return fmt.Errorf("rank or redrive is negative: %w", ErrInvalid)
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
	if c.Stage == "" && c.Decision == "" {
		return nil
	}
	return validDecision(c.Stage, c.Decision)
}

// Valid returns ErrInvalid for a reservation that a Store must not keep.
func (r Reservation) Valid() error {
	return errors.Join(validName("key", r.Key), validName("id", r.ID), validName("fingerprint", r.Fingerprint))
}

func validDecision(stage, decision string) error {
	if stage == "" {
		return fmt.Errorf("stage of a decision is empty: %w", ErrInvalid)
	}
	return validTexts("stage", stage, "decision", decision)
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
