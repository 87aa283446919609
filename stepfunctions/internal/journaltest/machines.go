package journaltest

import (
	"reflect"
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

func wantMachines(t *testing.T, j engine.Journal, want ...string) {
	t.Helper()
	got, err := j.Machines(t.Context())
	if err != nil || !reflect.DeepEqual(got, blobs(want)) {
		t.Errorf("machines %q, %v, want %q", got, err, want)
	}
}
