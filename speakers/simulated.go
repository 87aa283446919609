package speakers

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"
)

// Simulated is the Azure sample's committee: it takes its time and throws a
// die. Its decisions depend on nothing but the submission's id, the stage and
// Seed, so that asking again gives the same answer.
type Simulated struct {
	Seed string
}

// Takes is 20, 15 and 10 seconds, as in the Azure sample.
func (Simulated) Takes(s Stage) time.Duration { return s.simulation().takes }

// Decide rejects 1 in 6 in moderation, 1 in 2 in shortlisting and 2 in 6 in
// selection, as in the Azure sample. It never fails.
func (c Simulated) Decide(_ context.Context, id string, s Stage, _ Presentation) (Decision, error) {
	odds := s.simulation()
	if c.die(id, s)%odds.of < odds.rejects {
		return Rejected, nil
	}
	return Accepted, nil
}

// die is a number that is as good as random, but the same every time.
func (c Simulated) die(id string, s Stage) uint64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %s", c.Seed, id, s))
	return binary.BigEndian.Uint64(sum[:])
}
