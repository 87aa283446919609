package torture

import (
	"path"
	"slices"
	"testing"

	"example.org/asynchttpapi/async/internal/sqlite"
	database "example.org/asynchttpapi/internal/sqlite"
)

// stages in their order, as decisions are recorded.
var stages = []string{"moderation", "shortlisting", "selection"}

// checkRecords opens what the server left and holds the recorded decisions
// against the outcome that was told: each stage that was reached decided,
// none after a rejection.
func checkRecords(t *testing.T, w *world, l *ledger) {
	t.Helper()
	db, err := database.Open(w.data)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	store := sqlite.NewStore(db)
	for _, e := range l.all() {
		r, err := store.Get(t.Context(), path.Base(e.path))
		if err != nil {
			t.Fatalf("%s: %v", e.path, err)
		}
		if got := r.CustomStatus; got != e.last.CustomStatus {
			t.Errorf("%s: told %s, recorded %s", e.path, e.last.CustomStatus, got)
		}
		if want := told(r.Decisions); want != e.last.CustomStatus {
			t.Errorf("%s: told %s, decided %v", e.path, e.last.CustomStatus, r.Decisions)
		}
	}
}

// told is what the decisions come to; empty if they contradict each other.
func told(decisions map[string]string) string {
	var made []string
	for _, stage := range stages {
		if d, ok := decisions[stage]; ok {
			made = append(made, d)
		}
	}
	rejected := slices.Index(made, "rejected")
	switch {
	case len(made) != len(decisions) || slices.Contains(made, ""):
		return ""
	case rejected < 0 && len(made) == len(stages):
		return "Approved"
	case rejected >= 0 && rejected == len(made)-1:
		return "Rejected"
	}
	return ""
}
