package dynamo_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/dynamo"
)

// histories is how many are played: each takes some 200 requests.
const histories = 4

func TestCompletions(t *testing.T) {
	s := newTable(t).store(t)
	year := 0 // one for each test, or an operator's pages would be full of the ends of others
	newStore := func(now func() time.Time) asynctest.CompletionsStore {
		year++
		years := year
		return s.At(func() time.Time { return now().AddDate(years, 0, 0) })
	}
	asynctest.TestCompletions(t, newStore)
	for seed := range uint64(histories) {
		asynctest.FollowEnds(t, newStore, seed, 15)
	}
}

// A caller's page ends where too many ends of others had to be passed over, and
// the next goes on there.
func TestCompletionsAmongManyOfOthers(t *testing.T) {
	var clock time.Time
	s := newTable(t).store(t).WithIndexPage(10).At(func() time.Time { return clock })
	clock = time.Now()
	first, err := s.Ended(t.Context(), async.EndedQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	const others = 100
	mine, theirs := "mine", dynamo.SameBucket("mine")
	end := func(scope string) string {
		r := async.Record{ID: async.NewSecret(), Scope: scope, State: async.State{Status: api.Running}, Expires: clock.Add(time.Hour)}
		if err := s.Create(t.Context(), r, nil); err != nil {
			t.Fatal(err)
		}
		clock = clock.Add(time.Millisecond)
		_, err := s.Advance(t.Context(), r.ID, async.Change{State: &async.State{Status: api.Succeeded, Rank: 1}})
		if err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	for range others {
		end(theirs)
	}
	id := end(mine)
	clock = clock.Add(time.Minute)
	q, pages := async.EndedQuery{Scope: mine, After: first.Next, Limit: 10}, 0
	for {
		page, err := s.Ended(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if pages++; len(page.Records) > 0 {
			if page.Records[0].ID != id || page.More {
				t.Errorf("got %+v", page)
			}
			break
		}
		if !page.More || page.Next <= q.After {
			t.Fatalf("page %d: %+v after %s", pages, page, q.After)
		}
		q.After = page.Next
	}
	t.Logf("%d ends of others were passed over in %d pages", others, pages)
}

// A record that has no scope is never in the index, where it would cost a write
// unit, and one that has is there while it is ended.
func TestIndexIsSparse(t *testing.T) {
	tb := newTable(t)
	s := tb.store(t)
	entries := func() int {
		out, err := tb.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &tb.name, IndexName: aws.String(dynamo.EndedIndex)})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.Items)
	}
	for _, scope := range []string{"", "a"} {
		r := async.Record{ID: async.NewSecret(), Scope: scope, State: async.State{Status: api.Running}}
		if err := s.Create(t.Context(), r, nil); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			state async.State
			want  int
		}{
			{async.State{Status: api.Running, Rank: 1}, 0},
			{async.State{Status: api.Failed, Rank: 2}, len(scope)},
			{async.State{Status: api.Running, Redrive: 1}, 0},
			{async.State{Status: api.Succeeded, Redrive: 1, Rank: 1}, len(scope)},
		} {
			if _, err := s.Advance(t.Context(), r.ID, async.Change{State: &c.state}); err != nil {
				t.Fatal(err)
			}
			if got := entries(); got != c.want {
				t.Errorf("scope %q, %s: %d entries, want %d", scope, c.state.Status, got, c.want)
			}
		}
	}
}
