package dynamo_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

const oldInput = `{"title":"open"}`

// putOld writes the item of a submission as the first version did.
func (tb table) putOld(t *testing.T, id string, decisions map[string]string, more map[string]types.AttributeValue) {
	t.Helper()
	words := map[string]types.AttributeValue{}
	for stage, word := range decisions {
		words[stage] = &types.AttributeValueMemberS{Value: word}
	}
	item := map[string]types.AttributeValue{
		"pk":           &types.AttributeValueMemberS{Value: "submission#" + id},
		"status":       &types.AttributeValueMemberS{Value: "Running"},
		"customStatus": &types.AttributeValueMemberS{Value: "Shortlisting"},
		"message":      &types.AttributeValueMemberS{Value: "Your proposal is being considered."},
		"redrive":      &types.AttributeValueMemberN{Value: "0"},
		"rank":         &types.AttributeValueMemberN{Value: "2"},
		"payload":      &types.AttributeValueMemberB{Value: []byte(oldInput)},
		"decisions":    &types.AttributeValueMemberM{Value: words},
		"created":      &types.AttributeValueMemberS{Value: "2026-11-28T10:19:52.774730446Z"},
		"updated":      &types.AttributeValueMemberS{Value: "2026-11-28T10:19:54.812405857Z"},
		"deadline":     &types.AttributeValueMemberS{Value: "2026-11-28T10:50:52.774730446Z"},
		"ttl":          &types.AttributeValueMemberN{Value: "99999999999"},
		"write":        &types.AttributeValueMemberS{Value: "OLDWRITE0000"},
	}
	maps.Copy(item, more)
	if _, err := tb.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(tb.name), Item: item}); err != nil {
		t.Fatal(err)
	}
}

// Items of the first version have decisions, and neither outcomes nor values:
// they are read, and advanced to their end.
func TestItemsOfTheFirstVersionGoOn(t *testing.T) {
	tb := newTable(t)
	s := tb.store(t)
	tb.putOld(t, "a", map[string]string{"moderation": "accepted"}, nil)
	r, err := s.Get(t.Context(), "a")
	want := map[string]async.Outcome{"Moderation": async.Continue}
	if err != nil || r.Status != api.Running || r.Rank != 2 || r.Percent != 0 || !maps.Equal(r.Outcomes, want) {
		t.Fatalf("got %+v, %v", r, err)
	}
	wantOldInput := func() {
		t.Helper()
		if input, err := s.Input(t.Context(), "a"); err != nil || !bytes.Equal(input, []byte(oldInput)) {
			t.Errorf("input %s, %v", input, err)
		}
	}
	wantOldInput()

	for _, c := range []async.Change{
		{Stage: "Moderation", Outcome: "Rejected"},
		{Waiting: &async.Waiting{Stage: "Moderation", Token: "t"}, Rank: 2},
	} {
		if got, err := s.Advance(t.Context(), "a", c); !errors.Is(err, async.ErrStale) || got.Rank != 2 {
			t.Errorf("%+v: got %+v, %v, want ErrStale", c, got, err)
		}
	}
	now := time.Now().UTC()
	selection := async.State{Status: api.Running, CustomStatus: "Selection", Rank: 3, Percent: 66, Began: now, Due: now.Add(time.Minute)}
	approved := async.State{Status: api.Succeeded, CustomStatus: "Approved", Rank: async.RankEnded}
	for _, c := range []async.Change{
		{Percent: 40, Rank: 2},
		{Waiting: &async.Waiting{Stage: "Shortlisting", Token: "t"}, Rank: 2},
		{Stage: "Shortlisting", Values: map[string]json.RawMessage{"place": json.RawMessage(`3`)}},
		{State: &selection, Deadline: now.Add(time.Hour)},
		{State: &approved, Stage: "Selection", Outcome: "Approved", Result: json.RawMessage(`{}`)},
	} {
		want, err := c.Apply(r)
		if err != nil {
			t.Fatal(err)
		}
		if r, err = s.Advance(t.Context(), "a", c); err != nil || !maps.Equal(r.Outcomes, want.Outcomes) || r.Percent != want.Percent || r.Waiting != want.Waiting {
			t.Fatalf("%+v: got %+v, %v, want %+v", c, r, err, want)
		}
	}
	if string(r.Values["place"]) != "3" || r.Status != api.Succeeded {
		t.Errorf("in the end %+v", r)
	}
	wantOldInput()
}

// An ended item of the first version reads as it did, and moves no more.
func TestEndedItemsOfTheFirstVersion(t *testing.T) {
	tb := newTable(t)
	s := tb.store(t)
	tb.putOld(t, "a", map[string]string{"moderation": "accepted", "shortlisting": "rejected"}, map[string]types.AttributeValue{
		"status": &types.AttributeValueMemberS{Value: "Succeeded"}, "customStatus": &types.AttributeValueMemberS{Value: "Rejected"},
		"rank": &types.AttributeValueMemberN{Value: "4"},
	})
	r, err := s.Get(t.Context(), "a")
	want := map[string]async.Outcome{"Moderation": async.Continue, "Shortlisting": "Rejected"}
	if err != nil || r.Status != api.Succeeded || !maps.Equal(r.Outcomes, want) {
		t.Errorf("got %+v, %v", r, err)
	}
	if _, err := s.Advance(t.Context(), "a", async.Change{Stage: "Selection"}); !errors.Is(err, async.ErrStale) {
		t.Errorf("got %v, want ErrStale", err)
	}
	if err := s.Create(t.Context(), async.Record{ID: "a", State: async.State{Status: api.NotStarted}}, []byte(`{"title":"other"}`)); !errors.Is(err, async.ErrExists) {
		t.Errorf("got %v, want ErrExists", err)
	}
	if input, err := s.Input(t.Context(), "a"); err != nil || string(input) != oldInput {
		t.Errorf("input %s, %v", input, err)
	}
}

// A reservation of the first version has no cancellation secret.
func TestReservationsOfTheFirstVersion(t *testing.T) {
	tb := newTable(t)
	_, err := tb.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(tb.name), Item: map[string]types.AttributeValue{
		"pk":          &types.AttributeValueMemberS{Value: "reservation#k"},
		"submission":  &types.AttributeValueMemberS{Value: "a"},
		"fingerprint": &types.AttributeValueMemberS{Value: "f"},
		"settled":     &types.AttributeValueMemberBOOL{Value: true},
		"lease":       &types.AttributeValueMemberS{Value: "2026-11-28T10:20:22.774730446Z"},
		"ttl":         &types.AttributeValueMemberN{Value: "99999999999"},
		"write":       &types.AttributeValueMemberS{Value: "OLDWRITE0000"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	r, mine, err := tb.store(t).Reserve(t.Context(), async.Reservation{Key: "k", ID: "b", Fingerprint: "f", Cancel: "secret", Now: time.Now()})
	if err != nil || mine || r.ID != "a" || r.Cancel != "" || !r.Settled {
		t.Errorf("got %+v, %v, %v", r, mine, err)
	}
}
