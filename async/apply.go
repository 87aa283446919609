package async

import (
	"maps"
	"time"
)

// Apply returns the record that c makes of r, or r itself with ErrStale. It is
// the rule of Store.Advance for stores that can read and write as one step.
func (c Change) Apply(r Record) (Record, error) {
	if c.State != nil && !c.State.After(r.State) {
		return r, ErrStale
	}
	if _, decided := r.Decisions[c.Stage]; decided && c.Stage != "" {
		return r, ErrStale
	}
	if c.State != nil {
		r.State = *c.State
	}
	if c.Stage != "" {
		r.Decisions = maps.Clone(r.Decisions)
		if r.Decisions == nil {
			r.Decisions = map[string]string{}
		}
		r.Decisions[c.Stage] = c.Decision
	}
	if !c.Deadline.IsZero() {
		r.Deadline = c.Deadline
	}
	if !c.At.IsZero() {
		r.Updated = c.At
	}
	return r, nil
}

// Claim returns the reservation to keep when r meets the stored one, nil for
// none, and whether the caller holds it: the rule of Store.Reserve. What is
// not the caller's stays as it is stored.
func (r Reservation) Claim(stored *Reservation) (kept Reservation, mine bool) {
	switch {
	case stored == nil, r.Now.After(stored.Expires):
		r.Now, r.Settled = time.Time{}, false
		return r, true
	case !stored.Settled && r.Fingerprint == stored.Fingerprint && r.Now.After(stored.Lease):
		kept = *stored
		kept.Lease, kept.Expires = r.Lease, r.Expires
		return kept, true
	}
	return *stored, false
}
