package engine

import (
	"context"
	"slices"
	"weak"
)

// maxParsed bounds the definitions that are kept parsed although nothing uses
// them at present, in bytes of their texts. Parsed they take some 40 times as much.
const maxParsed = 2 << 20

// revisionCache has every revision that something uses, so that executions share
// it, and those that were used last. Its owner guards it.
type revisionCache struct {
	byID map[string]weak.Pointer[revision]
	// last are those that were used last, the latest at the end; bytes is the
	// length of their definitions.
	last  []*revision
	bytes int
	// sweepAt is how large byID may grow before those that are gone are removed.
	sweepAt int
}

// get returns the revision, or nil where it has to be read.
func (c *revisionCache) get(id string) *revision {
	r := c.byID[id].Value()
	if r != nil {
		c.use(r)
	}
	return r
}

func (c *revisionCache) put(r *revision) {
	if c.byID == nil {
		c.byID = map[string]weak.Pointer[revision]{}
	}
	c.byID[r.RevisionID] = weak.Make(r)
	c.use(r)
	if len(c.byID) > max(c.sweepAt, 64) {
		for id, p := range c.byID {
			if p.Value() == nil {
				delete(c.byID, id)
			}
		}
		c.sweepAt = 2 * len(c.byID)
	}
}

// use makes r the one that was used last.
func (c *revisionCache) use(r *revision) {
	if n := len(c.last); n > 0 && c.last[n-1] == r {
		return
	}
	if i := slices.Index(c.last, r); i >= 0 {
		c.last = append(slices.Delete(c.last, i, i+1), r)
		return
	}
	c.last = append(c.last, r)
	c.bytes += len(r.Definition)
	for c.bytes > maxParsed && len(c.last) > 1 {
		c.bytes -= len(c.last[0].Definition)
		c.last = slices.Delete(c.last, 0, 1)
	}
}

// drop forgets a revision that is gone.
func (c *revisionCache) drop(id string) {
	delete(c.byID, id)
	if i := slices.IndexFunc(c.last, func(r *revision) bool { return r.RevisionID == id }); i >= 0 {
		c.bytes -= len(c.last[i].Definition)
		c.last = slices.Delete(c.last, i, i+1)
	}
}

// revisions returns the revisions that the document's machine can start.
func (s *machineState) revisions() []string {
	ids := []string{s.Current}
	for _, v := range s.Versions {
		ids = append(ids, v.RevisionID)
	}
	return ids
}

// replaced notes the revisions that the machine could start until now, and gives
// those of them that nothing ever used: none but a revision that was made by
// this program is known to be one. The caller holds mu.
func (g *registry) replaced(before, after *machineState, old *revision) (unused []string) {
	now := after.revisions()
	for _, id := range before.revisions() {
		switch {
		case slices.Contains(now, id):
		case old != nil && old.RevisionID == id && old.made && !old.used:
			unused = append(unused, id)
		default:
			g.left[id] = true
		}
	}
	return unused
}

// sweepRevisions removes the revisions that no execution names and no machine
// can start. One that a machine could start since the last sweep stays until
// the next: an execution of it may be about to be written.
func (g *registry) sweepRevisions(ctx context.Context) error {
	unused, err := g.journal.UnusedRevisions(ctx)
	if err != nil || len(unused) == 0 {
		return err
	}
	g.change.Lock()
	defer g.change.Unlock()
	keep, err := g.startable(ctx)
	if err != nil {
		return err
	}
	g.mu.Lock()
	for id := range g.left {
		keep[id] = true
	}
	clear(g.left)
	g.mu.Unlock()
	unused = slices.DeleteFunc(unused, func(id string) bool { return keep[id] })
	for page := range slices.Chunk(unused, sweepPage) {
		if err := g.journal.RemoveRevisions(ctx, page); err != nil {
			return err
		}
	}
	return nil
}

// startable returns the revisions that machines can start, as memory has them and as
// the journal has: the two differ after a write whose outcome is not known. The
// caller holds change.
func (g *registry) startable(ctx context.Context) (map[string]bool, error) {
	stored, err := g.stored(ctx)
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, d := range stored {
		for _, id := range d.revisions() {
			ids[id] = true
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range g.machines {
		for _, id := range append(m.revisions(), m.current.RevisionID) {
			ids[id] = true
		}
	}
	return ids, nil
}

// The service's quotas for each machine,
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachineAlias.html
// and API_PublishStateMachineVersion.html there.
const (
	maxAliases  = 100
	maxVersions = 1000
)

func overQuota(what string, most int) error {
	return errorf(ServiceQuotaExceededException, "The maximum number of %s of a state machine has been reached: %d", what, most)
}

// roomForVersion rejects what publish would make one version too many of.
func (d *machineDocument) roomForVersion(revisionID string) error {
	n := len(d.Versions)
	if n < maxVersions || d.Versions[n-1].RevisionID == revisionID {
		return nil
	}
	return overQuota("versions", maxVersions)
}
