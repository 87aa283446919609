package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

// registry holds the machines in memory: they are few and every start needs one.
type registry struct {
	journal Journal
	arns    arns

	// change is held while a machine is changed, across the journal's write,
	// so that memory and journal change in the same order. mu guards the maps
	// and is held for moments only.
	change    sync.Mutex
	mu        sync.Mutex
	machines  map[string]*machine // by ARN
	revisions revisionCache
	// left are the revisions that machines could start since the last sweep and
	// cannot any more.
	left map[string]bool
}

func newRegistry(j Journal, a arns) *registry {
	return &registry{journal: j, arns: a, machines: map[string]*machine{}, left: map[string]bool{}}
}

// load reads every machine from the journal.
func (g *registry) load(ctx context.Context) error {
	documents, err := g.stored(ctx)
	if err != nil {
		return err
	}
	for _, d := range documents {
		m := &machine{machineDocument: d}
		if m.current, err = g.revision(ctx, m.Current); err != nil {
			return fmt.Errorf("read the state machine %s: %w", m.Name, err)
		}
		g.machines[m.ARN] = m
	}
	return nil
}

// after returns the highest After of the machines: executions with that id may
// have been removed, and new ones are above it all the same.
func (g *registry) after() (id int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range g.machines {
		id = max(id, m.After)
	}
	return id
}

// stored returns the machines' documents as the journal has them.
func (g *registry) stored(ctx context.Context) (documents []machineDocument, err error) {
	texts, err := g.journal.Machines(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the state machines: %w", err)
	}
	for _, text := range texts {
		var d machineDocument
		if err := json.Unmarshal(text, &d); err != nil {
			return nil, fmt.Errorf("read a state machine: %w", err)
		}
		if d.Format > machineFormat {
			return nil, fmt.Errorf("the state machine %s is of format %d, this program knows %d", d.Name, d.Format, machineFormat)
		}
		documents = append(documents, d)
	}
	return documents, nil
}

// revision returns a revision by id, from memory if it was used before.
func (g *registry) revision(ctx context.Context, id string) (*revision, error) {
	g.mu.Lock()
	r := g.revisions.get(id)
	g.mu.Unlock()
	if r != nil {
		return r, nil
	}
	data, err := g.journal.Revision(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, cannotReplay("read the definition: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("read the definition: %w", err)
	}
	if r, err = parseRevision(data); err != nil {
		return nil, cannotReplay("read the definition: %w", err)
	}
	return g.keep(r), nil
}

func parseRevision(data []byte) (*revision, error) {
	r := &revision{}
	err := json.Unmarshal(data, &r.Revision)
	if err == nil {
		r.parsed, err = asl.Parse([]byte(r.Definition))
	}
	return r, err
}

// keep makes r known, or gives the one that another caller made known meanwhile.
func (g *registry) keep(r *revision) *revision {
	g.mu.Lock()
	defer g.mu.Unlock()
	if known := g.revisions.get(r.RevisionID); known != nil {
		return known
	}
	g.revisions.put(r)
	return r
}

// find returns a machine by its own ARN.
func (g *registry) find(arn string) (*machine, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.machines[arn]
	if m == nil {
		return nil, errorf(StateMachineDoesNotExist, "State Machine Does Not Exist: '%s'", arn)
	}
	return m, nil
}

// resolve returns the machine and the revision that an ARN stands for, with or
// without a version, or with an alias, which chooses a version each time.
func (g *registry) resolve(ctx context.Context, arn string) (m *machine, r *revision, v *Version, err error) {
	own, qualifier, err := g.arns.parseMachine(arn)
	if err != nil {
		return nil, nil, nil, err
	}
	if m, err = g.find(own); err != nil {
		return nil, nil, nil, errorf(StateMachineDoesNotExist, "State Machine Does Not Exist: '%s'", arn)
	}
	g.mu.Lock()
	r = m.current
	r.used = true
	v = m.version(arn)
	if a := m.alias(arn); a != nil {
		v = m.version(a.choose())
	}
	g.mu.Unlock()
	switch {
	case qualifier == "":
		return m, r, nil, nil
	case v == nil:
		return nil, nil, nil, errorf(StateMachineDoesNotExist, "State Machine Does Not Exist: '%s'", arn)
	}
	r, err = g.revision(ctx, v.RevisionID)
	return m, r, v, err
}

// save writes the changed document of a machine, then puts it in place. The
// caller holds change.
func (g *registry) save(ctx context.Context, m *machine, changed machineDocument, r *revision) error {
	changed.Format = machineFormat
	var stored *StoredRevision
	if r != nil {
		data, err := json.Marshal(r.Revision)
		if err != nil {
			return fmt.Errorf("write the definition: %w", err)
		}
		stored = &StoredRevision{ID: r.RevisionID, Document: data}
		changed.Current = r.RevisionID
	}
	data, err := json.Marshal(changed)
	if err != nil {
		return fmt.Errorf("write the state machine: %w", err)
	}
	if err := g.journal.SaveMachine(ctx, changed.ARN, data, stored); err != nil {
		return fmt.Errorf("write the state machine: %w", err)
	}
	g.mu.Lock()
	unused := g.replaced(&m.machineState, &changed.machineState, m.current)
	m.machineState = changed.machineState
	if r != nil {
		m.current = r
		g.revisions.put(r)
	}
	g.machines[m.ARN] = m
	for _, id := range unused {
		g.revisions.drop(id)
	}
	g.mu.Unlock()
	if len(unused) > 0 {
		// The document is saved; what this leaves is the next sweep's.
		_ = g.journal.RemoveRevisions(ctx, unused)
	}
	return nil
}

// all returns the machines by name.
func (g *registry) all() []StateMachine {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := make([]StateMachine, 0, len(g.machines))
	for _, m := range g.machines {
		list = append(list, m.describe(m.current))
	}
	slices.SortFunc(list, func(a, b StateMachine) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// DeleteStateMachine removes the machine once its last execution has ended; no
// new one starts. Deleting what is not there is no error, as the service has it.
func (e *Engine) DeleteStateMachine(ctx context.Context, arn string) error {
	own, qualifier, err := e.arns.parseMachine(arn)
	if err != nil {
		return err
	}
	if qualifier != "" {
		return errorf(ValidationException, "The state machine ARN '%s' must not have a qualifier", arn)
	}
	e.registry.change.Lock()
	defer e.registry.change.Unlock()
	m, err := e.registry.find(own)
	if err != nil {
		return nil
	}
	doc := m.machineDocument
	doc.Deleting = true
	if err := e.registry.save(ctx, m, doc, nil); err != nil {
		return err
	}
	return e.registry.removeIfIdle(ctx, m)
}

// removeIfIdle removes a machine that is being deleted and runs nothing. The
// caller holds change.
func (g *registry) removeIfIdle(ctx context.Context, m *machine) error {
	g.mu.Lock()
	idle := m.Deleting && m.open == 0
	g.mu.Unlock()
	if !idle {
		return nil
	}
	if err := g.journal.RemoveMachine(ctx, m.ARN); err != nil {
		return fmt.Errorf("remove the state machine: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.machines[m.ARN] == m {
		delete(g.machines, m.ARN)
	}
	return nil
}

// deleting reports whether the machine of an execution is being deleted, or is
// gone, also if there is a new one of its name.
func (g *registry) deleting(r Record) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.machines[r.MachineARN]
	return m == nil || m.Deleting || r.ID <= m.After
}

// DescribeStateMachine returns a machine, or the version that arn names.
// Errors: InvalidARN, StateMachineDoesNotExist.
func (e *Engine) DescribeStateMachine(ctx context.Context, arn string) (StateMachine, error) {
	m, r, v, err := e.registry.resolve(ctx, arn)
	if err != nil {
		return StateMachine{}, err
	}
	e.registry.mu.Lock()
	defer e.registry.mu.Unlock()
	s := m.describe(r)
	if v != nil {
		s.VersionARN, s.Description, s.Created = v.ARN, v.Description, v.Created
	}
	return s, nil
}

// StateMachines returns all machines by name.
func (e *Engine) StateMachines() []StateMachine { return e.registry.all() }

// active returns a machine by ARN, rejecting one that is being deleted.
func (e *Engine) active(arn string) (*machine, error) {
	own, qualifier, err := e.arns.parseMachine(arn)
	if err != nil {
		return nil, err
	}
	if qualifier != "" {
		return nil, errorf(ValidationException, "The state machine ARN '%s' must not have a qualifier", arn)
	}
	m, err := e.registry.find(own)
	if err != nil {
		return nil, err
	}
	if m.Deleting {
		return nil, errorf(StateMachineDeleting, "State Machine is being deleted: '%s'", arn)
	}
	return m, nil
}

func (g *registry) described(m *machine, v *Version) StateMachine {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := m.describe(m.current)
	if v != nil {
		s.VersionARN, s.Description = v.ARN, v.Description
	}
	return s
}

const maxTags = 50

func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return errorf(TooManyTags, "Too many tags: %d, at most %d are allowed", len(tags), maxTags)
	}
	return nil
}

// Tags returns the tags of a state machine; ResourceNotFound.
func (e *Engine) Tags(arn string) (map[string]string, error) {
	m, err := e.tagged(arn)
	if err != nil {
		return nil, err
	}
	e.registry.mu.Lock()
	defer e.registry.mu.Unlock()
	return maps.Clone(m.machineDocument.Tags), nil
}

// Tag sets tags of a state machine, Untag removes them; ResourceNotFound, TooManyTags.
func (e *Engine) Tag(ctx context.Context, arn string, tags map[string]string) error {
	return e.retag(ctx, arn, func(all map[string]string) { maps.Copy(all, tags) })
}

// Untag removes tags of a state machine; one that is not there is no error.
func (e *Engine) Untag(ctx context.Context, arn string, keys []string) error {
	return e.retag(ctx, arn, func(all map[string]string) {
		for _, key := range keys {
			delete(all, key)
		}
	})
}

func (e *Engine) retag(ctx context.Context, arn string, change func(map[string]string)) error {
	e.registry.change.Lock()
	defer e.registry.change.Unlock()
	m, err := e.tagged(arn)
	if err != nil {
		return err
	}
	doc := m.machineDocument
	doc.Tags = maps.Clone(doc.Tags)
	if doc.Tags == nil {
		doc.Tags = map[string]string{}
	}
	change(doc.Tags)
	if err := checkTags(doc.Tags); err != nil {
		return err
	}
	return e.registry.save(ctx, m, doc, nil)
}

func (e *Engine) tagged(arn string) (*machine, error) {
	own, qualifier, err := e.arns.parseMachine(arn)
	if err != nil {
		return nil, err
	}
	m, err := e.registry.find(own)
	if err != nil || qualifier != "" {
		return nil, errorf(ResourceNotFound, "Resource not found: '%s'", arn)
	}
	return m, nil
}
