package client_test

import (
	"context"
	"net/http"
	"sync"
	"testing"

	"example.org/asynchttpapi/client"
)

// Many who wait at once come back on the connections that they have.
func TestConnectionsAreUsedAgain(t *testing.T) {
	const many = 20
	var together sync.WaitGroup
	s := serve(t)
	for range 2 * many {
		s.steps = append(s.steps, func(w http.ResponseWriter, r *http.Request) {
			together.Done()
			together.Wait()
			approved()(w, r)
		})
	}
	c, err := client.New[any](client.Config{BaseURL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		together.Add(many)
		var asking sync.WaitGroup
		for range many {
			asking.Go(func() {
				if _, err := c.Status(context.Background(), "a1"); err != nil {
					t.Error(err)
				}
			})
		}
		asking.Wait()
	}
	opened := map[string]bool{}
	for _, r := range s.requests() {
		opened[r.RemoteAddr] = true
	}
	if len(opened) != many {
		t.Errorf("%d connections for %d requests at a time", len(opened), many)
	}
}
