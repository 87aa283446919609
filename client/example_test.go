package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

// talks stands in for a server: it decides at the second poll.
func talks() *httptest.Server {
	var polls int
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/submit", running("Received", "Location", "/api/status/a1", "Retry-After", "1"))
	mux.HandleFunc("GET /api/status/a1", func(w http.ResponseWriter, r *http.Request) {
		if polls++; polls < 2 {
			running("Selection", "Retry-After", "1")(w, r)
			return
		}
		approved()(w, r)
	})
	mux.HandleFunc("GET /api/status/lost", reply(404, `{"title":"Not Found"}`))
	return httptest.NewServer(mux)
}

// atOnce is for examples and tests: it waits for nothing.
func atOnce(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func Example() {
	server := talks()
	defer server.Close()

	c, err := client.New[api.Submission](client.Config{BaseURL: server.URL, Sleep: atOnce})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	accepted, err := c.Submit(ctx, map[string]any{"title": "Polling, politely"})
	if err != nil {
		fmt.Println(err)
		return
	}
	final, err := c.Wait(ctx, accepted)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(final.Status, final.Result.CustomStatus)
	// Output: Succeeded Approved
}

func ExampleClient_Changes() {
	server := talks()
	defer server.Close()

	c, _ := client.New[api.Submission](client.Config{BaseURL: server.URL, Sleep: atOnce})
	now, err := c.Status(context.Background(), "a1")
	if err != nil {
		fmt.Println(err)
		return
	}
	for state, err := range c.Changes(context.Background(), now) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(state.Status, state.Result.CustomStatus)
	}
	// Output:
	// Running Selection
	// Succeeded Approved
}

func ExampleClient_Status_notFound() {
	server := talks()
	defer server.Close()

	c, _ := client.New[api.Submission](client.Config{BaseURL: server.URL})
	_, err := c.Status(context.Background(), "lost")
	fmt.Println(errors.Is(err, client.ErrNotFound))
	// Output: true
}

// Any API that follows the contract will do: the type parameter is its body.
func ExampleNew() {
	type render struct {
		ID    string `json:"id"`
		Pages int    `json:"pages"`
	}
	server := httptest.NewServer(reply(200, `{"id":"r1","status":"Succeeded","pages":12}`))
	defer server.Close()

	c, err := client.New[render](client.Config{
		BaseURL:    server.URL,
		SubmitPath: "/render",
		StatusPath: "/render/status",
		PreferWait: 20 * time.Second,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	state, err := c.Status(context.Background(), "r1")
	fmt.Println(state.Result.Pages, err)
	// Output: 12 <nil>
}
