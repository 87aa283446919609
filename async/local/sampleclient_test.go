package local

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
)

// The Azure sample's client looks at the status code alone, as a Logic Apps
// action does: it posts, and follows Location after Retry-After seconds for as
// long as it is answered 202.
func TestTheAzureSamplesClientWorks(t *testing.T) {
	for _, tt := range []struct {
		review, query string
		code          int
	}{
		{"approve", "", 200}, {"reject@moderation", "", 200}, {"fail@moderation", "", 200}, {"fail@moderation", "?failureStatus=409", 409},
	} {
		t.Run(tt.review+tt.query, func(t *testing.T) {
			t.Parallel()
			if code := followByCode(t, start(t, fast(t, tt.review)).url+api.SubmitPath+tt.query); code != tt.code {
				t.Errorf("it ends with %d, want %d", code, tt.code)
			}
		})
	}
}

// followByCode returns the first status code that is not 202.
func followByCode(t *testing.T, url string) int {
	t.Helper()
	res, err := client(t).Post(url, "application/json", strings.NewReader(presentation))
	for polls := 0; ; polls++ {
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusAccepted {
			return res.StatusCode
		}
		seconds, notWhole := strconv.Atoi(res.Header.Get("Retry-After"))
		location := res.Header.Get("Location")
		if notWhole != nil || seconds < 1 || location == "" || polls > 5 {
			t.Fatalf("poll %d: Retry-After %q, Location %q", polls, res.Header.Get("Retry-After"), location)
		}
		time.Sleep(time.Duration(seconds) * time.Second) // this client's nature, not a synchronisation
		res, err = client(t).Get(location)
	}
}
