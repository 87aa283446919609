package operate_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"reflect"
	"slices"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/dynamo"
	"example.org/asynchttpapi/async/internal/dynamo/dynamotest"
	"example.org/asynchttpapi/async/internal/operate"
	"example.org/asynchttpapi/async/internal/sqlite"
	database "example.org/asynchttpapi/internal/sqlite"
)

func newSQLite(t *testing.T) operate.Store {
	db, err := database.Open(t.TempDir(), sqlite.Schema)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return sqlite.NewStore(db)
}

func newDynamo(t *testing.T) operate.Store {
	_, name := dynamotest.NewTable(t)
	s, err := dynamo.New(dynamotest.Getenv, name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func stores(t *testing.T, test func(t *testing.T, s operate.Store)) {
	t.Run("sqlite", func(t *testing.T) { test(t, newSQLite(t)) })
	t.Run("dynamo", func(t *testing.T) { test(t, newDynamo(t)) })
}

var at = time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)

// put stores a submission with all that may belong to one.
func put(t *testing.T, s operate.Store, id string, status api.Status, large string) {
	t.Helper()
	r := async.Record{
		ID: id, Job: "j", State: async.State{Status: status, CustomStatus: "Work", Message: "secret message", Began: at, Due: at.Add(time.Hour)},
		Outcomes: map[string]async.Outcome{"Work": "Done"}, Values: map[string]json.RawMessage{"v": []byte(`"secret value"`)},
		Result: []byte(`"secret result"`), Waiting: async.Waiting{Stage: "Work", Token: "secret token"},
		Created: at, Updated: at, Deadline: at.Add(time.Hour), Expires: time.Now().Add(time.Hour),
	}
	if status == api.Failed {
		r.Error = &api.Error{Code: "Refused", Message: "secret message"}
	}
	if large != "" {
		r.Large = &async.ResultInfo{Key: large, FileName: "secret name"}
	}
	_, _, reserved := s.Reserve(t.Context(), async.Reservation{Key: "key-" + id, ID: id, Fingerprint: "f", Now: at, Expires: at.Add(time.Hour)})
	err := errors.Join(reserved, s.Create(t.Context(), r, []byte(`"secret input"`)),
		s.PutCallback(t.Context(), "hash1-"+id, async.CallbackRef{ID: id, Stage: "Work"}),
		s.PutCallback(t.Context(), "hash2-"+id, async.CallbackRef{ID: id, Stage: "Work"}))
	if err != nil {
		t.Fatal(err)
	}
}

// Each finds all, over more than one page, and nothing personal.
func TestEach(t *testing.T) {
	stores(t, func(t *testing.T, s operate.Store) {
		const many = 450
		var want []string
		for range many {
			id := async.NewSecret()
			if err := s.Create(t.Context(), async.Record{ID: id, State: async.State{Status: api.Running}, Created: at}, []byte("{}")); err != nil {
				t.Fatal(err)
			}
			want = append(want, id)
		}
		failed := async.NewSecret()
		put(t, s, failed, api.Failed, "")
		want = append(want, failed)
		var got []string
		err := operate.Direct{Store: s}.Each(t.Context(), func(r async.Record) error {
			got = append(got, r.ID)
			if r.ID != failed {
				return nil
			}
			if r.Result != nil || r.Values != nil || r.Message != "" || r.Waiting.Token != "" || r.Error == nil || *r.Error != (api.Error{Code: "Refused"}) {
				t.Errorf("%+v", r)
			}
			if r.Status != api.Failed || r.CustomStatus != "Work" || r.Job != "j" || !r.Created.Equal(at) || !r.Due.Equal(at.Add(time.Hour)) || r.Waiting.Stage != "Work" {
				t.Errorf("%+v", r)
			}
			return nil
		})
		slices.Sort(got)
		slices.Sort(want)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v: %d of %d", err, len(got), len(want))
		}
		enough := errors.New("enough")
		if err := s.Each(t.Context(), func(async.Record) error { return enough }); !errors.Is(err, enough) {
			t.Errorf("an error of found: %v", err)
		}
	})
}

// missing are the parts of a submission that are not stored.
func missing(t *testing.T, s operate.Store, id string) (parts []string) {
	t.Helper()
	_, record := s.Get(t.Context(), id)
	_, input := s.Input(t.Context(), id)
	_, first := s.Callback(t.Context(), "hash1-"+id)
	_, second := s.Callback(t.Context(), "hash2-"+id)
	for part, err := range map[string]error{"record": record, "input": input, "callback 1": first, "callback 2": second, "key": s.Settle(t.Context(), "key-"+id, id)} {
		if errors.Is(err, async.ErrNotFound) {
			parts = append(parts, part)
		} else if err != nil {
			t.Errorf("%s: %v", part, err)
		}
	}
	slices.Sort(parts)
	return parts
}

var everything = []string{"callback 1", "callback 2", "input", "key", "record"}

func direct(t *testing.T, s operate.Store, w async.Workflows, results async.Results) operate.Direct {
	t.Helper()
	service, err := async.New(async.Config{Store: s, Workflows: w, Results: results})
	if err != nil {
		t.Fatal(err)
	}
	return operate.Direct{Store: s, Service: service, Results: results}
}

// remote is d over HTTP.
func remote(t *testing.T, d operate.Direct) *operate.Client {
	t.Helper()
	server := httptest.NewServer(operate.Handler(d, slog.New(slog.DiscardHandler)))
	t.Cleanup(server.Close)
	c, err := operate.NewClient(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPurgeIsEverywhere(t *testing.T) {
	stores(t, func(t *testing.T, s operate.Store) {
		gone, other := async.NewSecret(), async.NewSecret()
		put(t, s, gone, api.Succeeded, "large-gone")
		put(t, s, other, api.Succeeded, "large-other")
		results := &asynctest.Results{}
		for _, key := range []string{"large-gone", "large-other"} {
			file, err := results.Create(t.Context(), key, "text/plain", "")
			if err == nil {
				_, _, err = file.Commit()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := direct(t, s, &asynctest.Workflows{}, nil).Purge(t.Context(), gone); err == nil || missing(t, s, gone) != nil {
			t.Errorf("without the large result: %v, %v", err, missing(t, s, gone))
		}
		c := remote(t, direct(t, s, &asynctest.Workflows{}, results))
		if items, err := c.Purge(t.Context(), gone); err != nil || items != len(everything)+1 {
			t.Errorf("%d items, %v", items, err)
		}
		if got := missing(t, s, gone); !slices.Equal(got, everything) || missing(t, s, other) != nil {
			t.Errorf("missing %v; of another %v", got, missing(t, s, other))
		}
		if keys := results.Keys(); !slices.Equal(keys, []string{"large-other"}) {
			t.Errorf("results %v", keys)
		}
		if _, err := c.Purge(t.Context(), gone); !errors.Is(err, async.ErrNotFound) {
			t.Errorf("again: %v", err)
		}
		// What an interrupted purge, or a lost acceptance, has left.
		if err := s.PutCallback(t.Context(), "hash1-"+gone, async.CallbackRef{ID: gone, Stage: "Work"}); err != nil {
			t.Fatal(err)
		}
		if items, err := c.Purge(t.Context(), gone); err != nil || items != 1 {
			t.Errorf("leftovers: %d, %v", items, err)
		}
	})
}

// While an execution runs it may need what would be purged.
func TestPurgeOfWhatRuns(t *testing.T) {
	s, w, id := newSQLite(t), &asynctest.Workflows{}, async.NewSecret()
	put(t, s, id, api.Succeeded, "")
	w.Set(id, async.Execution{Status: api.Running})
	c := remote(t, direct(t, s, w, nil))
	if _, err := c.Purge(t.Context(), id); !errors.Is(err, operate.ErrRunning) || missing(t, s, id) != nil {
		t.Errorf("%v, %v", err, missing(t, s, id))
	}
	w.Set(id, async.Execution{Status: api.Succeeded})
	if _, err := c.Purge(t.Context(), id); err != nil {
		t.Error(err)
	}
}

// The same over HTTP, errors too.
func TestClient(t *testing.T) {
	s, w := newSQLite(t), &asynctest.Workflows{}
	d := direct(t, s, w, nil)
	c, id, open, unknown := remote(t, d), async.NewSecret(), async.NewSecret(), async.NewSecret()
	put(t, s, id, api.Failed, "")
	put(t, s, open, api.Running, "")
	want, err := d.Record(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Record(t.Context(), id); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
	if got, err := c.Contents(t.Context(), id); err != nil || string(got.Input) != `"secret input"` || string(got.Result) != `"secret result"` {
		t.Errorf("%+v, %v", got, err)
	}
	if status, err := c.Cancel(t.Context(), id); err != nil || status != api.Failed {
		t.Errorf("%s, %v", status, err)
	}
	w.Set(open, async.Execution{Status: api.Failed, TimedOut: true})
	if err := c.Reconcile(t.Context(), open); err != nil {
		t.Error(err)
	}
	if r, err := c.Record(t.Context(), open); err != nil || r.Error == nil || r.Error.Code != api.CodeTimedOut {
		t.Errorf("%+v, %v", r, err)
	}
	_, record := c.Record(t.Context(), unknown)
	_, contents := c.Contents(t.Context(), unknown)
	_, cancel := c.Cancel(t.Context(), unknown)
	_, purge := c.Purge(t.Context(), unknown)
	for what, err := range map[string]error{"record": record, "contents": contents, "cancel": cancel, "purge": purge, "reconcile": c.Reconcile(t.Context(), unknown)} {
		if !errors.Is(err, async.ErrNotFound) {
			t.Errorf("%s of nothing: %v", what, err)
		}
	}
}

// A list that breaks off is not taken for a whole one.
func TestBrokenList(t *testing.T) {
	s := &asynctest.Store{}
	c := remote(t, operate.Direct{Store: breaking{Store: s}})
	n := 0
	err := c.Each(t.Context(), func(async.Record) error { n++; return nil })
	if n != 1 || err == nil || err.Error() == "" {
		t.Errorf("%d records, %v", n, err)
	}
}

type breaking struct{ async.Store }

func (breaking) Each(_ context.Context, found func(async.Record) error) error {
	return errors.Join(found(async.Record{ID: "x"}), context.DeadlineExceeded)
}

func (breaking) Purge(context.Context, string) (int, error) { return 0, nil }
