package lambdainvoke_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// A redirect of any status is a failure of the endpoint: nothing is asked for
// at its Location, and neither that nor the page gets into the cause.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{300, 301, 302, 303, 304, 307, 308} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/login" {
					t.Errorf("%s %s was asked for", r.Method, r.URL.Path)
					io.WriteString(w, `{"please":"log in"}`)
					return
				}
				w.Header().Set("Location", "/login?token=secret")
				w.WriteHeader(status)
				if status != http.StatusNotModified {
					io.WriteString(w, `{"Message":"<a href=/login?token=secret>log in</a>"}`)
				}
			})
			result, err := client.Invoke(t.Context(), "pay", []byte(`{}`))
			name, cause := reported(err)
			if result != nil || name != "Lambda.AWSLambdaException" ||
				!strings.Contains(cause, fmt.Sprintf("answered %d ", status)) || !strings.Contains(cause, fmt.Sprintf("Status Code: %d", status)) {
				t.Errorf("got %s, %v", result, err)
			}
			if strings.Contains(cause, "secret") || strings.Contains(cause, "login") {
				t.Errorf("the cause gives the page away: %s", cause)
			}
		})
	}
}
