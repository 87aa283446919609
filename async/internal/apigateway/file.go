package apigateway

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.org/asynchttpapi/api"
)

// SendFileHeader is the field of a function's response that names the file which
// is its body. API Gateway has nothing like it.
const SendFileHeader = "X-Sendfile"

// Files is what Gateway serves files from.
type Files interface {
	// Open opens a file for reading, or returns fs.ErrNotExist.
	Open(ctx context.Context, name string) (io.ReadSeekCloser, error)
}

// file returns the name of the file that is to be the response's body, "" for none.
func (r answer) file() string { return r.Headers[SendFileHeader] }

// stallTime is how long a client may take nothing of a file before it is given up.
const stallTime = time.Minute

// serveFile streams a file with the header of the response: whole or in ranges,
// or not at all to a client that has it.
func (g *Gateway) serveFile(w http.ResponseWriter, r *http.Request, response answer) {
	if g.Files == nil {
		g.fail(w, r, "", errors.New("no files are served"))
		return
	}
	file, err := g.Files.Open(r.Context(), response.file())
	if errors.Is(err, fs.ErrNotExist) {
		writeProblem(w, r, http.StatusNotFound, api.CodeNotFound, "The result is no longer available.")
		return
	}
	if err != nil {
		g.fail(w, r, "", err)
		return
	}
	defer file.Close()
	response.writeHeader(w)
	w.Header().Del(SendFileHeader)
	http.ServeContent(&fileWriter{ResponseWriter: w, control: http.NewResponseController(w), request: r}, withRange(r), "", time.Time{}, file)
}

// withRange returns the request with a Range that http.ServeContent reads as RFC
// 9110 has it (section 14.2): only a GET has one, and one in another unit than
// bytes is ignored.
func withRange(r *http.Request) *http.Request {
	field := r.Header.Get("Range")
	if field == "" {
		return r
	}
	r = r.Clone(r.Context())
	r.Header.Del("Range")
	if unit, set, ok := strings.Cut(field, "="); ok && strings.EqualFold(unit, "bytes") && r.Method == http.MethodGet {
		parts := strings.Split(set, ",")
		for i, part := range parts {
			parts[i] = rangePart(strings.TrimSpace(part))
		}
		r.Header.Set("Range", "bytes="+strings.Join(parts, ","))
	}
	return r
}

// rangePart writes what http.ServeContent takes for something else (RFC 9110,
// section 14.1.2): the last 0 bytes are no part of a file, and a number beyond
// its end may be of any length.
func rangePart(part string) string {
	first, last, _ := strings.Cut(part, "-")
	n, err := strconv.ParseInt(last, 10, 64)
	tooLarge := errors.Is(err, strconv.ErrRange) && n > 0
	switch {
	case first == "" && err == nil && n == 0:
		return strconv.Itoa(math.MaxInt) + "-"
	case first == "" && tooLarge:
		return "0-"
	case tooLarge:
		return first + "-"
	}
	return part
}

// fileWriter gives every part of a long body a time of its own, for a server's
// WriteTimeout is for the whole, and turns the errors of http.ServeContent, which
// are plain text, may be cached, and keep the header of the file, into problems.
type fileWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	request *http.Request
	refused bool
}

// WriteHeader implements http.ResponseWriter.
func (w *fileWriter) WriteHeader(status int) {
	if status < 400 {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.refused = true
	code, detail := api.CodePreconditionFailed, "The result is not the one that If-Match names."
	if status == http.StatusRequestedRangeNotSatisfiable {
		code, detail = api.CodeRangeNotSatisfiable, "The result does not have the part that Range asks for."
	}
	writeProblem(w.ResponseWriter, w.request, status, code, detail,
		"Content-Range", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Vary")
}

// Write implements io.Writer.
func (w *fileWriter) Write(p []byte) (int, error) {
	if w.refused {
		return len(p), nil // the text of http.ServeContent
	}
	_ = w.control.SetWriteDeadline(time.Now().Add(stallTime)) // a test's recorder has none
	return w.ResponseWriter.Write(p)
}
