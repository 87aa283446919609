package local

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/api"
)

// A chain of cursors survives the process, and is of one caller.
func TestCompletions(t *testing.T) {
	t.Parallel()
	s := fast(t, "approve")
	s.APIKeyHashes, s.OperatorKeyHashes = hashOfA, hashOfB
	r := start(t, s)
	list := func(key, since string) (code int, c api.Completions) {
		t.Helper()
		resp, err := plain(http.MethodGet, r.url+api.CompletionsPath+"?since="+since, "", api.APIKey, key)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if err := json.NewDecoder(resp.Body).Decode(&c); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, c
	}
	code, first := list("a", "")
	if code != http.StatusAccepted || len(first.Value) > 0 || first.Next == "" {
		t.Fatalf("%d %+v", code, first)
	}
	_, all := list("b", "")
	accepted, err := plain(http.MethodPost, r.url+api.SubmitPath, presentation, "Content-Type", api.MediaTypeJSON, api.APIKey, "a")
	if err != nil || accepted.StatusCode != http.StatusAccepted {
		t.Fatalf("%v, %v", accepted, err)
	}
	accepted.Body.Close()
	mine := await(t, accepted.Header.Get("Location"), ended)
	others := await(t, submit(t, r.url, ""), ended)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r = start(t, s)
	code, got := list("a", first.Next)
	if code != http.StatusOK || len(got.Value) != 1 || got.Value[0].ID != mine.ID || got.Value[0].CustomStatus != "Approved" {
		t.Errorf("%d %+v", code, got)
	}
	if code, nothing := list("a", got.Next); code != http.StatusAccepted || nothing.Next != got.Next {
		t.Errorf("%d %+v", code, nothing)
	}
	var ids []string
	for _, v := range second(list("b", all.Next)).Value {
		ids = append(ids, v.ID)
	}
	if !slices.Equal(ids, []string{others.ID, mine.ID}) {
		t.Errorf("the operator got %v", ids)
	}
	if strings.Contains(r.log.String(), mine.ID) {
		t.Error("the log has an id")
	}
}

func second[A, B any](_ A, b B) B { return b }
