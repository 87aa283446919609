package journaltest

import (
	"reflect"
	"slices"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

func machinesSurvive(t *testing.T, j engine.Journal) {
	save := func(arn, document string, r *engine.StoredRevision) {
		t.Helper()
		if err := j.SaveMachine(t.Context(), arn, []byte(document), r); err != nil {
			t.Fatal(err)
		}
	}
	save("b", "B", &engine.StoredRevision{ID: "1", Document: []byte("one")})
	save("a", "A", &engine.StoredRevision{ID: "2", Document: []byte("two")})
	save("b", "B2", nil)
	wantMachines(t, j, "A", "B2")
	if err := j.RemoveMachine(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	wantMachines(t, j, "A")
	if got, err := j.Revision(t.Context(), "1"); string(got) != "one" || err != nil {
		t.Errorf("the revision of a removed machine: %q, %v", got, err)
	}
}

// Revisions go once no execution names them.
func revisionsGo(t *testing.T, j engine.Journal) {
	for _, id := range []string{"r1", "r2", "r3"} {
		if err := j.SaveMachine(t.Context(), "m", []byte(id), &engine.StoredRevision{ID: id, Document: []byte(id)}); err != nil {
			t.Fatal(err)
		}
	}
	r := newRecord(1, "x")
	r.Revision = "r2"
	create(t, j, r)
	unused, err := j.UnusedRevisions(t.Context())
	slices.Sort(unused)
	if err != nil || !slices.Equal(unused, []string{"r1", "r3"}) {
		t.Errorf("unused are %v, %v, want r1 and r3", unused, err)
	}
	if err := j.RemoveRevisions(t.Context(), []string{"r1", "r0"}); err != nil {
		t.Error(err)
	}
	_, err = j.Revision(t.Context(), "r1")
	wantError(t, "a removed revision", err, engine.ErrNotFound)
	if unused, err = j.UnusedRevisions(t.Context()); err != nil || !slices.Equal(unused, []string{"r3"}) {
		t.Errorf("unused are %v, %v, want r3", unused, err)
	}
}

func wantMachines(t *testing.T, j engine.Journal, want ...string) {
	t.Helper()
	got, err := j.Machines(t.Context())
	if err != nil || !reflect.DeepEqual(got, blobs(want)) {
		t.Errorf("machines %q, %v, want %q", got, err, want)
	}
}
