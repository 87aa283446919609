package static

import (
	"bytes"
	"maps"
	"net/http"
	"strings"
	"time"
)

// Before is a handler that serves the files to GET and HEAD, and leaves every
// other request to next exactly as it came: no path is cleaned and nothing is
// redirected, as an http.ServeMux would do.
func (f *Files) Before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found, ok := f.files[r.URL.Path]
		if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		maps.Copy(w.Header(), f.header)
		found.serve(w, r)
	})
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.mediaType)
	h.Set("Cache-Control", "no-cache") // may be kept, and is asked about
	body, etag := f.body, f.etag
	if f.gzipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body, etag = f.gzipped, etag+"-gzip"
		}
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// acceptsGzip takes any mention of gzip that is not refused with a weight of 0
// (RFC 9110, section 12.5.3).
func acceptsGzip(accepted string) bool {
	for coding := range strings.SplitSeq(accepted, ",") {
		name, params, _ := strings.Cut(coding, ";")
		weight := strings.Trim(strings.TrimPrefix(strings.TrimSpace(params), "q="), "0.")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return params == "" || weight != ""
		}
	}
	return false
}
