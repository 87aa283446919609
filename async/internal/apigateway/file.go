package apigateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/lambdahttp"
)

// Files is what Gateway serves files from: async.Results has it.
type Files interface {
	// Open opens a file for reading, or returns async.ErrNotFound.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
}

// file returns the key of the file that is to be the response's body, "" for none.
func (r answer) file() string { return r.Headers[lambdahttp.SendFileHeader] }

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
	if errors.Is(err, async.ErrNotFound) {
		writeProblem(w, r, http.StatusNotFound, api.CodeNotFound, "The result is no longer available.")
		return
	}
	if err != nil {
		g.fail(w, r, "", err)
		return
	}
	defer file.Close()
	response.writeHeader(w)
	w.Header().Del(lambdahttp.SendFileHeader)
	http.ServeContent(patientWriter{w, http.NewResponseController(w)}, r, "", time.Time{}, file)
}

// patientWriter gives every part of a long body a time of its own: a server's
// WriteTimeout is for the whole.
type patientWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

// Write implements io.Writer.
func (w patientWriter) Write(p []byte) (int, error) {
	_ = w.control.SetWriteDeadline(time.Now().Add(stallTime)) // a test's recorder has none
	return w.ResponseWriter.Write(p)
}
