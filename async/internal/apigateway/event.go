package apigateway

import (
	"crypto/rand"
	"encoding/base64"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// What an event says of the account and the API that it comes from. They are
// made up: the account is the one that AWS's documentation uses.
const (
	accountID = "123456789012"
	apiID     = "local"
	stage     = "$default"
	// timeFormat is that of requestContext.time, the Common Log Format's.
	timeFormat = "02/Jan/2006:15:04:05 -0700"
)

// newEvent is the request in payload format 2.0.
func (g *Gateway) newEvent(r *http.Request, routeKey string, params map[string]string, body []byte) event {
	e := event{
		Version:               "2.0",
		RouteKey:              routeKey,
		RawPath:               r.URL.Path,
		RawQueryString:        r.URL.RawQuery,
		Cookies:               cookies(r),
		Headers:               headers(r),
		QueryStringParameters: query(r),
		PathParameters:        params,
		RequestContext:        g.newContext(r, routeKey),
	}
	e.Body, e.IsBase64Encoded = encodeBody(r.Header.Get("Content-Type"), body)
	return e
}

func (g *Gateway) newContext(r *http.Request, routeKey string) requestContext {
	now := time.Now().UTC()
	prefix, _, _ := strings.Cut(g.DomainName, ".")
	return requestContext{
		RouteKey:     routeKey,
		AccountID:    accountID,
		Stage:        stage,
		RequestID:    rand.Text()[:16],
		APIID:        apiID,
		DomainName:   g.DomainName,
		DomainPrefix: prefix,
		Time:         now.Format(timeFormat),
		TimeEpoch:    now.UnixMilli(),
		HTTP: httpContext{
			Method:    r.Method,
			Path:      r.URL.Path,
			Protocol:  r.Proto,
			SourceIP:  sourceIP(r.RemoteAddr),
			UserAgent: r.UserAgent(),
		},
	}
}

func sourceIP(remoteAddr string) string {
	host, _, err := net.SplitHostPort(remoteAddr)
	if err != nil {
		return remoteAddr
	}
	return host
}

// headers have lower-case names, and their values are joined with commas.
// Cookies have a member of their own.
func headers(r *http.Request) map[string]string {
	all := map[string]string{"host": r.Host}
	for name, values := range r.Header {
		if name != "Cookie" {
			all[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	if r.ContentLength >= 0 && r.Body != http.NoBody {
		all["content-length"] = strconv.FormatInt(r.ContentLength, 10)
	}
	return all
}

func cookies(r *http.Request) []string {
	var all []string
	for _, line := range r.Header.Values("Cookie") {
		for cookie := range strings.SplitSeq(line, ";") {
			all = append(all, strings.TrimSpace(cookie))
		}
	}
	return all
}

func query(r *http.Request) map[string]string {
	values := r.URL.Query()
	if len(values) == 0 {
		return nil
	}
	all := make(map[string]string, len(values))
	for name, v := range values {
		all[name] = strings.Join(v, ",")
	}
	return all
}

// encodeBody gives text as it is and everything else in base64, so that a
// function sees the bytes that were sent.
func encodeBody(contentType string, body []byte) (text string, isBase64 bool) {
	if isText(contentType) && utf8.Valid(body) {
		return string(body), false
	}
	if len(body) == 0 {
		return "", false
	}
	return base64.StdEncoding.EncodeToString(body), true
}

func isText(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch kind {
	case "application/json", "application/javascript", "application/xml":
		return true
	}
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml")
}
