package enginetest

import (
	"context"
	"maps"
	"slices"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// SaveMachine implements engine.Journal.
func (j *Journal) SaveMachine(ctx context.Context, arn string, document []byte, revision *engine.StoredRevision) error {
	return j.write(ctx, func(j *Journal) error {
		j.machines[arn] = slices.Clone(document)
		if revision != nil {
			j.revisions[revision.ID] = slices.Clone(revision.Document)
		}
		return nil
	})
}

// RemoveMachine implements engine.Journal.
func (j *Journal) RemoveMachine(ctx context.Context, arn string) error {
	return j.write(ctx, func(j *Journal) error {
		delete(j.machines, arn)
		return nil
	})
}

// Machines implements engine.Journal.
func (j *Journal) Machines(context.Context) (documents [][]byte, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, arn := range slices.Sorted(maps.Keys(j.machines)) {
		documents = append(documents, j.machines[arn])
	}
	return documents, nil
}

// Revision implements engine.Journal.
func (j *Journal) Revision(_ context.Context, id string) ([]byte, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	data, ok := j.revisions[id]
	if !ok {
		return nil, engine.ErrNotFound
	}
	return data, nil
}

// UnusedRevisions implements engine.Journal.
func (j *Journal) UnusedRevisions(context.Context) (ids []string, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	used := map[string]bool{}
	for _, s := range j.records {
		used[s.Revision] = true
	}
	for _, id := range slices.Sorted(maps.Keys(j.revisions)) {
		if !used[id] {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// RemoveRevisions implements engine.Journal.
func (j *Journal) RemoveRevisions(ctx context.Context, ids []string) error {
	return j.write(ctx, func(j *Journal) error {
		for _, id := range ids {
			delete(j.revisions, id)
		}
		return nil
	})
}
