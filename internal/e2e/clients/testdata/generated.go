// A client of the types and calls that oapi-codegen generates: submits to the API
// at the given address, polls, and prints the end.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"

	"example.org/asynchttpapi/internal/e2e/clients/talks"
)

func main() {
	ctx := context.Background()
	client, err := talks.NewClientWithResponses(os.Args[1])
	check(err)
	accepted, err := client.SubmitWithResponse(ctx, &talks.SubmitParams{}, talks.Presentation{
		Speaker:     talks.Speaker{Name: "Ada Lovelace", Email: "ada@example.org"},
		Title:       "Notes on the Analytical Engine",
		Description: "What it can do, and what it cannot.",
		Track:       "History",
	})
	check(err)
	if accepted.JSON202 == nil {
		log.Fatalf("%s: %s", accepted.Status(), accepted.Body)
	}
	for {
		state, err := client.StatusWithResponse(ctx, accepted.JSON202.Id, &talks.StatusParams{})
		check(err)
		switch state.StatusCode() {
		case http.StatusOK:
			if failed, err := state.JSON200.AsFailed(); err == nil && failed.Status == "Failed" {
				fmt.Println(failed.Status, failed.Error.Code)
				return
			}
			succeeded, err := state.JSON200.AsSucceeded()
			check(err)
			fmt.Println(succeeded.Status, succeeded.CustomStatus)
			return
		case http.StatusAccepted:
			seconds, err := strconv.Atoi(state.HTTPResponse.Header.Get("Retry-After"))
			check(err)
			time.Sleep(time.Duration(seconds) * time.Second)
		default:
			log.Fatalf("%s: %s", state.Status(), state.Body)
		}
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
