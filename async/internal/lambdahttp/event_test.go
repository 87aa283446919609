package lambdahttp_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/lambdahttp"
)

type request = events.APIGatewayV2HTTPRequest

const gateway = "https://abc123.execute-api.eu-west-1.amazonaws.com"

// Location is made of what is configured or of what the gateway says of
// itself, whatever the caller says.
func TestLocation(t *testing.T) {
	tests := []struct {
		name, base, want string
		change           func(*request)
	}{
		{"the gateway's", "", gateway, func(*request) {}},
		{"with a stage", "", gateway + "/prod", func(e *request) {
			e.RequestContext.Stage, e.RawPath = "prod", "/prod/api/submit"
		}},
		{"configured", "https://api.example.org/talks", "https://api.example.org/talks", func(*request) {}},
		{"configured with a slash", "http://127.0.0.1:3000/", "http://127.0.0.1:3000", func(*request) {}},
		{"configured with an escape and slashes", "https://[::1]:8080/a%20b//", "https://[::1]:8080/a%20b", func(*request) {}},
		{"forwarded", "", gateway, func(e *request) {
			e.Headers["host"], e.Headers["forwarded"] = "evil.example", "host=evil.example;proto=http"
			e.Headers["x-forwarded-host"], e.Headers["x-forwarded-proto"] = "evil.example", "http"
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newFixture(t, func(c *lambdahttp.Config) { c.BaseURL = tt.base })
			e := submission(`{"name":"x"}`)
			tt.change(&e)
			r := call(t, w.submit, e)
			want := tt.want + api.StatusPath + w.store.IDs()[0]
			if r.StatusCode != 202 || r.Headers["Location"] != want || r.Headers["Operation-Location"] != want {
				t.Errorf("%d, Location %q, want %q", r.StatusCode, r.Headers["Location"], want)
			}
		})
	}
}

func TestBaseURLIsChecked(t *testing.T) {
	for _, base := range []string{
		"api.example.org", "/api", "ftp://x", "https://", "https://u:p@x", "https://x?y", "https://x#y", ":",
		"https://x?", "https://x/#", "https://:443", "https://x:99999", "https://x/a b", "https://bücher.example", "https://x/ü",
	} {
		if _, err := lambdahttp.Status(lambdahttp.Config{Service: &async.Service{}, BaseURL: base}); err == nil {
			t.Errorf("%q is accepted", base)
		}
	}
	if _, err := lambdahttp.Status(lambdahttp.Config{}); err == nil {
		t.Error("no Service is accepted")
	}
}

// Requests come in the shapes of several gateways.
func TestShapesOfEvents(t *testing.T) {
	tests := []struct {
		name   string
		status int
		change func(*request)
	}{
		{"sam local: names in title case", 202, func(e *request) {
			e.Headers = map[string]string{"Content-Type": "application/json"}
		}},
		{"sam local: a stage that the path lacks", 202, func(e *request) { e.RequestContext.Stage = "local" }},
		{"base64", 202, func(e *request) {
			e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(e.Body)), true
		}},
		{"bad base64", 400, func(e *request) { e.Body, e.IsBase64Encoded = "{}{}", true }},
		{"long base64", 413, func(e *request) {
			e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(make([]byte, 64<<10+1)), true
		}},
		{"longest base64", 400, func(e *request) {
			e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(make([]byte, 64<<10)), true
		}},
		{"UTF-8 as many write it", 202, func(e *request) { e.Headers["content-type"] = "application/json; charset=UTF8" }},
		{"catch-all route", 202, func(e *request) { e.RouteKey = "$default" }},
		{"no route key", 202, func(e *request) { e.RouteKey = "" }},
		{"an API mapping before the path", 202, func(e *request) { e.RawPath = "/v1/api/submit" }},
		{"another function's path", 404, func(e *request) {
			e.RouteKey, e.RawPath, e.RequestContext.HTTP.Method = "", api.StatusPath+"x", "GET"
		}},
		{"an empty event", 404, func(e *request) { *e = request{} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newFixture(t, nil)
			e := submission(`{"name":"x"}`)
			tt.change(&e)
			if r := call(t, w.submit, e); r.StatusCode != tt.status {
				t.Errorf("%d %s", r.StatusCode, r.Body)
			}
		})
	}
}

func TestIDOfEvents(t *testing.T) {
	w := newFixture(t, nil)
	call(t, w.submit, submission(`{"name":"x"}`))
	id := w.store.IDs()[0]
	tests := []struct {
		name   string
		status int
		change func(*request)
	}{
		{"path parameter", 202, func(e *request) {
			e.RouteKey, e.RawPath, e.PathParameters = "ANY /api/status/{id}", "/v1/api/status/"+id, map[string]string{"id": id}
		}},
		{"path alone", 202, func(e *request) { e.RouteKey, e.RawPath = "GET /api/status/{id}", api.StatusPath+id }},
		{"catch-all route", 202, func(e *request) { e.RawPath = api.StatusPath + id }},
		{"after a stage", 202, func(e *request) { e.RequestContext.Stage, e.RawPath = "prod", "/prod"+api.StatusPath+id }},
		{"in capitals", 404, func(e *request) { e.RawPath = api.StatusPath + strings.ToUpper(id) }},
		{"with a slash", 404, func(e *request) { e.RawPath = api.StatusPath + id + "/" }},
		{"too long", 404, func(e *request) { e.RawPath = api.StatusPath + id + "a" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := event("GET", "/")
			tt.change(&e)
			if r := call(t, w.status, e); r.StatusCode != tt.status {
				t.Errorf("%d %s", r.StatusCode, r.Body)
			}
		})
	}
}

func TestOrigins(t *testing.T) {
	tests := []struct {
		origins []string
		origin  string
		want    string
	}{
		{nil, "https://page.example", ""},
		{[]string{"*"}, "https://page.example", "*"},
		{[]string{"*"}, "", "*"},
		{[]string{"https://page.example"}, "https://page.example", "https://page.example"},
		{[]string{"https://page.example"}, "https://other.example", ""},
		{[]string{"https://page.example"}, "", ""},
	}
	for _, tt := range tests {
		w := newFixture(t, func(c *lambdahttp.Config) { c.Origins = tt.origins })
		e := event("GET", api.StatusPath+"x")
		if tt.origin != "" {
			e.Headers["origin"] = tt.origin
		}
		r := call(t, w.status, e)
		if got := r.Headers["Access-Control-Allow-Origin"]; got != tt.want {
			t.Errorf("%v asked by %q: %q, want %q", tt.origins, tt.origin, got, tt.want)
		}
		if exposed := r.Headers["Access-Control-Expose-Headers"] != ""; exposed != (tt.want != "") {
			t.Errorf("%v asked by %q: headers exposed: %v", tt.origins, tt.origin, exposed)
		}
	}
}

type (
	authorizer = events.APIGatewayV2HTTPRequestContextAuthorizerDescription
	iam        = events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription
)

func jwt(claims ...string) *authorizer {
	all := map[string]string{}
	for i := 0; i < len(claims); i += 2 {
		all[claims[i]] = claims[i+1]
	}
	return &authorizer{JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: all}}
}

func cognito(id string) *authorizer {
	a := &authorizer{IAM: &iam{AccountID: "1", UserARN: "arn:aws:sts::1:assumed-role/Web/CognitoIdentityCredentials"}}
	a.IAM.CognitoIdentity.IdentityID = id
	return a
}

func role(arn string) *authorizer { return &authorizer{IAM: &iam{AccountID: "1", UserARN: arn}} }

// Sessions of one role are one caller, and no token makes two callers the same.
func TestCaller(t *testing.T) {
	same := [][]*authorizer{
		{nil, {}, jwt(), jwt("iss", "i"), jwt("sub", "a"), jwt("iss", "i", "jti", "1")},
		{jwt("iss", "i", "sub", "a", "jti", "1"), jwt("iss", "i", "sub", "a", "client_id", "c")},
		{jwt("iss", "i", "sub", "b")},
		{jwt("iss", "j", "sub", "a")},
		{jwt("iss", "i", "client_id", "a"), jwt("iss", "i", "client_id", "a", "azp", "b")},
		{jwt("iss", "i", "azp", "a")},
		{role("arn:aws:sts::1:assumed-role/Deploy/first"), role("arn:aws:sts::1:assumed-role/Deploy/second")},
		{role("arn:aws:sts::1:assumed-role/Other/first")},
		{&authorizer{IAM: &iam{AccountID: "2", UserARN: "arn:aws:sts::2:assumed-role/Deploy/first"}}},
		{role("arn:aws:iam::1:user/Deploy")},
		{cognito("eu-west-1:a")},
		{cognito("eu-west-1:b")},
	}
	seen := map[string]int{}
	for i, group := range same {
		for _, a := range group {
			e := request{}
			e.RequestContext.Authorizer = a
			scope := lambdahttp.Caller(e)
			if j, ok := seen[scope]; ok && j != i || (scope == "") != (i == 0) || strings.Contains(scope, "first") {
				t.Errorf("group %d has the scope %q, as group %d", i, scope, j)
			}
			seen[scope] = i
		}
	}
	if len(seen) != len(same) {
		t.Errorf("%d scopes of %d groups", len(seen), len(same))
	}
}

// Keys of one caller mean nothing to another. A caller with credentials has keys
// of its own, which may be short, and gets its cancelUrl again.
func TestScope(t *testing.T) {
	w := newFixture(t, nil)
	ids := map[string]bool{}
	for _, a := range []*authorizer{jwt("iss", "i", "sub", "a"), jwt("iss", "i", "sub", "b"), role("arn:aws:iam::1:user/a")} {
		cancel := ""
		for range 2 {
			e := submission(`{"name":"x"}`)
			e.Headers["idempotency-key"] = "key"
			e.RequestContext.Authorizer = a
			var s api.Submission
			r := call(t, w.submit, e)
			if err := json.Unmarshal([]byte(r.Body), &s); err != nil || r.StatusCode != 202 || s.CancelURL == "" || cancel != "" && s.CancelURL != cancel {
				t.Fatalf("%d %s", r.StatusCode, r.Body)
			}
			ids[s.ID], cancel = true, s.CancelURL
		}
	}
	if len(ids) != 3 {
		t.Errorf("%d submissions of 3 callers", len(ids))
	}
}

// The keys of callers without credentials are guessable only by chance.
func TestAnonymousKeysAreLong(t *testing.T) {
	w := newFixture(t, nil)
	for key, status := range map[string]int{"fifteen-letters": 400, "sixteen--letters": 202, `"fifteen-letters"`: 400} {
		e := submission(`{"name":"x"}`)
		e.Headers["idempotency-key"] = key
		if r := call(t, w.submit, e); r.StatusCode != status || status == 400 && !strings.Contains(r.Body, "at least 16 characters") {
			t.Errorf("%s: %d %s", key, r.StatusCode, r.Body)
		}
	}
}

// A key that a program falls back to is every such program's: it is no secret.
func TestAnonymousKeysAreRandom(t *testing.T) {
	for key, status := range map[string]int{
		"00000000-0000-0000-0000-000000000000": 400, "ffffffff-ffff-ffff-ffff-ffffffffffff": 400,
		`"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"`: 400, "4703150292840147": 202,
	} {
		w := newFixture(t, nil)
		e := submission(`{"name":"x"}`)
		e.Headers["idempotency-key"] = key
		if r := call(t, w.submit, e); r.StatusCode != status || status == 400 && !strings.Contains(r.Body, "must be random") {
			t.Errorf("%s: %d %s", key, r.StatusCode, r.Body)
		}
		e.RequestContext.Authorizer = jwt("iss", "i", "sub", "a")
		if r := call(t, w.submit, e); r.StatusCode != 202 {
			t.Errorf("%s of a caller with credentials: %d %s", key, r.StatusCode, r.Body)
		}
	}
}

// The default of failureStatus is a setting, and only another choice is in Location.
func TestFailureStatusIsASetting(t *testing.T) {
	w := newFixture(t, func(c *lambdahttp.Config) { c.FailureStatus = 409 })
	for given, want := range map[string]string{"": "", "409": "", "200": "?failureStatus=200"} {
		e := submission(`{"name":"x"}`)
		if given != "" {
			e.QueryStringParameters = map[string]string{"failureStatus": given}
		}
		r := call(t, w.submit, e)
		_, query, _ := strings.Cut(r.Headers["Location"], "?")
		if query != strings.TrimPrefix(want, "?") {
			t.Errorf("%q: Location %s", given, r.Headers["Location"])
		}
	}
	failed := async.Record{ID: async.IDOf(async.NewSecret()), State: async.State{Status: api.Failed, CustomStatus: "Walking"}, Expires: time.Now().Add(time.Hour)}
	w.store.Put(failed)
	if r := call(t, w.status, event("GET", api.StatusPath+failed.ID)); r.StatusCode != 409 {
		t.Errorf("%d %s", r.StatusCode, r.Body)
	}
	if _, err := lambdahttp.Status(lambdahttp.Config{Service: &async.Service{}, FailureStatus: 404}); err == nil {
		t.Error("404 is accepted")
	}
}

// A name that is spelled with an escape asks for a callback too.
func TestCallbackURLIsRefused(t *testing.T) {
	w := newFixture(t, nil)
	for body, status := range map[string]int{
		`{"name":"x","callbackUrl":"https://x.example"}`: 422, `{"name":"x","CALLBACKURL":null}`: 422,
		`{"name":"x","\u0063allbackUrl":"https://x.example"}`: 422, `{"name":"callbackUrl"}`: 202, `{"name":"x","more":{"callbackUrl":1}}`: 202,
		`{"name":"x","callbackUrl"`: 400,
	} {
		if r := call(t, w.submit, submission(body)); r.StatusCode != status || status == 422 && !strings.Contains(r.Body, `"pointer":"/callbackUrl"`) {
			t.Errorf("%s: %d %s", body, r.StatusCode, r.Body)
		}
	}
	if r := call(t, w.submit, submission(`{"name":1,"callbackUrl":"https://x.example"}`)); !strings.Contains(r.Body, `"pointer":"/callbackUrl"`) || !strings.Contains(r.Body, `"pointer":"/name"`) {
		t.Errorf("not every offending field: %s", r.Body)
	}
	for _, parameter := range []string{"callbackUrl", "callbackurl"} {
		e := submission(`{"name":"x"}`)
		e.QueryStringParameters = map[string]string{parameter: "https://x.example"}
		if r := call(t, w.submit, e); r.StatusCode != 422 || !strings.Contains(r.Body, `"pointer":"/callbackUrl"`) {
			t.Errorf("?%s: %d %s", parameter, r.StatusCode, r.Body)
		}
	}
}

// A wait longer than a number of seconds can be is as long as is granted.
func TestLongestWaitParameter(t *testing.T) {
	w := newFixture(t, nil)
	for value, status := range map[string]int{"0": 202, "2147483648": 202, "99999999999999999999": 202, "-1": 400, "1.5": 400, "": 400} {
		e := submission(`{"name":"x"}`)
		e.QueryStringParameters = map[string]string{"wait": value}
		if r := call(t, w.submit, e); r.StatusCode != status || status == 202 && !strings.Contains(r.Headers["Location"], "?wait=") {
			t.Errorf("wait=%s: %d %s", value, r.StatusCode, r.Body)
		}
	}
}

// What answers a request with 5xx is reported, and what a handler panics with is
// not: it may be anything.
func TestFailuresAreReported(t *testing.T) {
	var reported [][]slog.Attr
	w := newFixture(t, func(c *lambdahttp.Config) {
		c.Failed = func(_ context.Context, attrs ...slog.Attr) { reported = append(reported, attrs) }
		c.Scope = func(request) string { panic("ada@example.org") }
	})
	if r := call(t, w.submit, submission(`{"name":"x"}`)); r.StatusCode != 500 || strings.Contains(r.Body, "ada") {
		t.Errorf("%d %s", r.StatusCode, r.Body)
	}
	call(t, w.status, event("GET", api.StatusPath+"x"))
	if len(reported) != 1 || strings.Contains(slog.GroupValue(reported[0]...).String(), "ada") {
		t.Errorf("reported %v", reported)
	}
}
