// Command go submits a JSON file and polls until the work has ended:
//
//	go run ./examples/clients/go http://127.0.0.1:3000/api/submit docs/talk.json
//
// It shows the protocol with the standard library alone. Package client does the
// same with typed results, more careful retries and resumable downloads.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: go SUBMIT-URL FILE")
	}
	method, url, key := http.MethodPost, os.Args[1], strconv.Quote(rand.Text())
	input, err := os.ReadFile(os.Args[2])
	check(err)
	for attempts := 0; ; {
		request, err := http.NewRequest(method, url, bytes.NewReader(input))
		check(err)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", key) // a repeated submit is the same submission
		code, header, body, err := send(request)
		switch {
		case err != nil || code == 408 || code == 425 || code == 429 || code >= 500 || code == 409 && header.Get("Retry-After") != "": // passes: repeat
			if attempts++; attempts == 10 {
				log.Fatalf("gave up: %d %v %s", code, err, body)
			}
		case code == http.StatusAccepted:
			method, url, input, attempts = http.MethodGet, header.Get("Location"), nil, 0
		default: // 200 has ended, everything else is refused
			fmt.Printf("%s\n", body)
			if status := statusOf(body); code != http.StatusOK || status != "Succeeded" {
				os.Exit(1)
			}
			return
		}
		seconds, _ := strconv.Atoi(header.Get("Retry-After"))
		time.Sleep(time.Duration(max(seconds, 1)) * time.Second)
	}
}

func send(request *http.Request) (code int, header http.Header, body []byte, err error) {
	client := http.Client{Timeout: 40 * time.Second, CheckRedirect: stay}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, response.Header, body, err
}

// stay refuses redirects: this API has none, and a POST would become a GET.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func statusOf(body []byte) string {
	var state struct{ Status string }
	json.Unmarshal(body, &state) //nolint:errcheck // an answer without a status has not succeeded
	return state.Status
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
