package sqlite_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	zombiezen "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/sqlite"
	database "example.org/asynchttpapi/internal/sqlite"
)

// Submissions in testdata/format1, which a program of format 1 was killed over.
const (
	oldApproved     = "p7e6ekkvx6xnxfkdrvmhhznkpj"
	oldRejected     = "hhig4adnpanflz2vyqwhpoorjr"
	oldFailed       = "3th4ehxbk5vh6o43ryy4ved7p2"
	oldShortlisting = "go4ks7bkno666e3tmbozvtyzne"
	oldModeration   = "r7d3ugzrdmdgnkg2t3mk4jpzns"
)

// madeAt is shortly after the fixture was made.
var madeAt = time.Date(2026, 11, 28, 10, 20, 0, 0, time.UTC)

// format1 returns a copy of the folder.
func format1(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	data, err := os.ReadFile(filepath.Join("testdata", "format1", "data.db"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "data.db"), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestFormat1IsMigrated(t *testing.T) {
	dir := format1(t)
	for _, opened := range []string{"first", "second"} {
		db, err := database.Open(dir, sqlite.Schema)
		if err != nil {
			t.Fatal(err)
		}
		s := sqlite.NewStore(db)
		for id, want := range map[string]struct {
			status   api.Status
			custom   string
			rank     int
			outcomes map[string]async.Outcome
			title    string
		}{
			oldApproved:     {api.Succeeded, "Approved", 4, map[string]async.Outcome{"Moderation": "", "Shortlisting": "", "Selection": ""}, "approved"},
			oldRejected:     {api.Succeeded, "Rejected", 4, map[string]async.Outcome{"Moderation": "Rejected"}, "rejected"},
			oldFailed:       {api.Failed, "Moderation", 4, nil, "failed"},
			oldShortlisting: {api.Running, "Shortlisting", 2, map[string]async.Outcome{"Moderation": ""}, "open-later"},
			oldModeration:   {api.Running, "Moderation", 1, nil, "open-early"},
		} {
			r, err := s.Get(t.Context(), id)
			input, badInput := s.Input(t.Context(), id)
			if err := errors.Join(err, badInput); err != nil {
				t.Fatalf("%s: %v", want.title, err)
			}
			if r.Status != want.status || r.CustomStatus != want.custom || r.Rank != want.rank || !maps.Equal(r.Outcomes, want.outcomes) {
				t.Errorf("%s opening: %s is %+v", opened, want.title, r)
			}
			if r.Created.Format(time.DateOnly) != "2026-11-28" || r.Deadline.Sub(r.Created) != 31*time.Minute || r.Expires.IsZero() || r.Message == "" {
				t.Errorf("%s opening: %s is %+v", opened, want.title, r)
			}
			if failed := r.Error != nil && r.Error.Code == "ProcessFailed"; failed != (id == oldFailed) {
				t.Errorf("%s has the error %v", want.title, r.Error)
			}
			if p := (presentation{}); json.Unmarshal(input, &p) != nil || p.Title != want.title {
				t.Errorf("the input of %s is %s", want.title, input)
			}
		}
		claim := async.Reservation{
			Key: "MhjAcsxlPEvvMnzFBVkLadkaxLZ63GnPpNAlD1SV2Oo", Fingerprint: "E_yJ-Pyi3Cq1U1Ig6b3TmpXu78QHH1NZpiS2asJxQPc", ID: "other", Now: madeAt,
		}
		if r, mine, err := s.Reserve(t.Context(), claim); err != nil || mine || r.ID != oldApproved || !r.Settled || r.Cancel != "" {
			t.Errorf("%s opening: reservation %+v, %v, %v", opened, r, mine, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

type presentation struct{ Title string }

// review is a job with the stages of the fixture's.
func review(ran chan<- string) async.Job[presentation, async.None] {
	stage := func(name string) async.Stage[presentation, async.None] {
		return async.Stage[presentation, async.None]{
			Name: name, Message: "At work.", Ends: []async.End{{Outcome: "Rejected", Message: "No."}},
			Do: func(_ context.Context, r *async.Run[presentation, async.None]) (async.Outcome, error) {
				ran <- name + " of " + r.Input.Title
				return async.Continue, nil
			},
		}
	}
	return async.Job[presentation, async.None]{
		Name:   "review",
		Stages: []async.Stage[presentation, async.None]{stage("Moderation"), stage("Shortlisting"), stage("Selection")},
		Done:   async.End{Outcome: "Approved", Message: "Yes."},
	}
}

// A submission that was open in format 1 goes on where it was, the stage that
// was at work is run again, and one that has an outcome is not.
func TestOpenSubmissionsOfFormat1GoOn(t *testing.T) {
	dir := format1(t)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(madeAt))
		db, err := database.Open(dir, sqlite.Schema)
		if err != nil {
			t.Fatal(err)
		}
		ran := make(chan string, 10)
		service, err := async.New(async.Config{Job: review(ran), Store: sqlite.NewStore(db)})
		if err != nil {
			t.Fatal(err)
		}
		for _, stage := range []string{"Moderation", "Shortlisting", "Selection"} {
			out, err := service.RunStage(t.Context(), stage, async.ActivityInput{ID: oldShortlisting})
			if err != nil || out.Ended != (stage == "Selection") {
				t.Errorf("%s: %+v, %v", stage, out, err)
			}
		}
		close(ran)
		for _, want := range []string{"Shortlisting of open-later", "Selection of open-later", ""} {
			if got := <-ran; got != want {
				t.Errorf("%q ran, want %q", got, want)
			}
		}
		view, err := service.Status(t.Context(), oldShortlisting, 0)
		if err != nil || view.Status != api.Succeeded || view.CustomStatus != "Approved" {
			t.Errorf("got %+v, %v", view, err)
		}
		if _, err := service.Status(t.Context(), oldApproved, 0); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// A migration that cannot be finished leaves the folder as it was.
func TestFailedMigrationLeavesFormat1(t *testing.T) {
	dir := format1(t)
	change := func(script string) (version int) {
		t.Helper()
		conn, err := zombiezen.OpenConn(filepath.Join(dir, "data.db"))
		if err == nil {
			err = sqlitex.ExecuteScript(conn, script, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		version, err = sqlitex.ResultInt(conn.Prep("PRAGMA user_version"))
		if err := errors.Join(err, conn.Close()); err != nil {
			t.Fatal(err)
		}
		return version
	}
	const spoil = "INSERT INTO submissions SELECT 'spoilt', status, custom_status, message, error_code, error_message, redrive, rank, 'no JSON', created, updated, deadline, expires, payload FROM submissions LIMIT 1"
	change(spoil)
	if _, err := database.Open(dir, sqlite.Schema); err == nil {
		t.Fatal("opened")
	}
	if version := change("DELETE FROM submissions WHERE id = 'spoilt' AND decisions = 'no JSON'"); version != 1 {
		t.Errorf("format %d", version)
	}
	if r, err := sqlite.NewStore(openDB(t, dir)).Get(t.Context(), oldShortlisting); err != nil || r.Rank != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

// A folder from before the tasks that wait had an order gets the column for it.
func TestAttemptsAreAdded(t *testing.T) {
	dir := t.TempDir()
	db, err := database.Open(dir, sqlite.Schema)
	if err != nil {
		t.Fatal(err)
	}
	r := async.Record{ID: "waits", State: async.State{Status: api.Running, CustomStatus: "Approval", Rank: 1}, Waiting: async.Waiting{Stage: "Approval", Token: "first"}}
	if err := sqlite.NewStore(db).Create(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	execute(t, db, "ALTER TABLE submissions DROP COLUMN wait_attempt")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := sqlite.NewStore(openDB(t, dir))
	second := async.Waiting{Stage: "Approval", Token: "second", Attempt: 1}
	if _, err := s.Advance(t.Context(), r.ID, async.Change{Waiting: &second, Rank: 1}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Advance(t.Context(), r.ID, async.Change{Waiting: &r.Waiting, Rank: 1}); !errors.Is(err, async.ErrStale) || got.Waiting != second {
		t.Errorf("%+v, %v", got.Waiting, err)
	}
}

func TestNewerFormatIsRefused(t *testing.T) {
	dir := t.TempDir()
	db, err := database.Open(dir, sqlite.Schema)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, db, fmt.Sprintf("PRAGMA user_version = %d", database.FormatVersion+1))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := database.Open(dir, sqlite.Schema); !errors.Is(err, database.ErrNewerFormat) {
		t.Errorf("got %v", err)
	}
}
