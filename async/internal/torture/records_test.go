package torture

import (
	"path"
	"testing"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/sqlite"
	database "example.org/asynchttpapi/internal/sqlite"
)

// stages in their order, as outcomes are recorded.
var stages = []string{"Moderation", "Shortlisting", "Selection"}

// checkRecords opens what the server left and holds the recorded outcomes
// against the end that clients saw: each stage that was reached has one, none
// after the end. Every record has its input.
func checkRecords(t *testing.T, w *harness, l *ledger) {
	t.Helper()
	db, err := database.Open(w.data, sqlite.Schema)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	store := sqlite.NewStore(db)
	for _, e := range l.all() {
		id := path.Base(e.path)
		r, err := store.Get(t.Context(), id)
		if err != nil {
			t.Fatalf("%s: %v", e.path, err)
		}
		if got := r.CustomStatus; got != e.last.CustomStatus {
			t.Errorf("%s: saw %s, recorded %s", e.path, e.last.CustomStatus, got)
		}
		if want := end(r.Outcomes); want != e.last.CustomStatus {
			t.Errorf("%s: saw %s, outcomes %v", e.path, e.last.CustomStatus, r.Outcomes)
		}
		if input, err := store.Input(t.Context(), id); err != nil || len(input) == 0 {
			t.Errorf("%s: %d bytes of input, %v", e.path, len(input), err)
		}
	}
}

// end is what the outcomes come to; empty if they contradict each other.
func end(outcomes map[string]async.Outcome) string {
	for i, stage := range stages {
		outcome, ok := outcomes[stage]
		switch {
		case !ok:
			return ""
		case outcome == async.Continue:
			continue
		case len(outcomes) == i+1:
			return string(outcome)
		}
		return ""
	}
	return ""
}
