package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

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

	c, err := client.New[json.RawMessage](client.Config{BaseURL: server.URL, Sleep: atOnce})
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
	fmt.Println(final.Status, final.CustomStatus)
	// Output: Succeeded Approved
}

func ExampleClient_Changes() {
	server := talks()
	defer server.Close()

	c, _ := client.New[json.RawMessage](client.Config{BaseURL: server.URL, Sleep: atOnce})
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
		fmt.Println(state.Status, state.CustomStatus)
	}
	// Output:
	// Running Selection
	// Succeeded Approved
}

func ExampleClient_Status_notFound() {
	server := talks()
	defer server.Close()

	c, _ := client.New[json.RawMessage](client.Config{BaseURL: server.URL})
	_, err := c.Status(context.Background(), "lost")
	fmt.Println(errors.Is(err, client.ErrNotFound))
	// Output: true
}

// The type parameter is the job's result.
func ExampleNew() {
	type render struct {
		Pages int `json:"pages"`
	}
	server := httptest.NewServer(reply(200, `{"id":"r1","status":"Succeeded","percentComplete":100,"result":{"pages":12}}`))
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
	fmt.Println(state.PercentComplete, state.Result.Pages, err)
	// Output: 100 12 <nil>
}

// A result of any size is a stream.
func ExampleClient_Result() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/status/r1", reply(200, `{"id":"r1","status":"Succeeded","resultUrl":"/api/result/r1"}`))
	mux.HandleFunc("GET /api/result/r1", reply(200, "page,words\n1,200\n", "Content-Type", "text/csv"))
	server := httptest.NewServer(mux)
	defer server.Close()

	c, _ := client.New[json.RawMessage](client.Config{BaseURL: server.URL})
	state, err := c.Status(context.Background(), "r1")
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := c.Result(context.Background(), state)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer result.Close()
	csv, err := io.ReadAll(result)
	fmt.Printf("%s: %s %v", result.MediaType, csv, err)
	// Output:
	// text/csv: page,words
	// 1,200
	//  <nil>
}
