// Package static serves a fixed set of files beside an API: each at one path,
// with the headers that a browser needs to know what the files may do.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// Files are served by their paths.
type Files struct {
	header http.Header
	files  map[string]file
}

// file is one of them; gzipped is its compressed form, nil if it has none.
type file struct {
	mediaType string
	etag      string
	body      []byte
	gzipped   []byte
}

// types are the media types served, by extension. What the machine's own
// tables say differs from one machine to the next.
var types = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".png":  "image/png",
	".svg":  "image/svg+xml",
	".yaml": "application/yaml", // RFC 9512
}

// New takes every file of fsys, to be served below prefix, which has no slash
// at its end; index.html is served at prefix itself, as "/" where that is
// empty. Every response has the given header fields. Files that end in .gz are
// served under the name without it, compressed for clients that understand
// that. An extension whose media type is not known is an error.
func New(fsys fs.FS, prefix string, header http.Header) (*Files, error) {
	f := &Files{header: header, files: map[string]file{}}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		return f.Add(prefix+"/"+name, body)
	})
	if index, ok := f.files[prefix+"/index.html"]; ok {
		f.files[max(prefix, "/")] = index
		delete(f.files, prefix+"/index.html")
	}
	return f, err
}

// Add adds one more file.
func (f *Files) Add(at string, body []byte) error {
	var gzipped []byte
	name, isGzipped := strings.CutSuffix(at, ".gz")
	if isGzipped {
		text, err := decompress(body)
		if err != nil {
			return fmt.Errorf("static: %s: gzip: %w", at, err)
		}
		body, gzipped = text, body
	}
	mediaType, known := types[path.Ext(name)]
	if !known {
		return fmt.Errorf("static: %s: the media type is not known", at)
	}
	sum := sha256.Sum256(body)
	f.files[name] = file{mediaType, base64.RawURLEncoding.EncodeToString(sum[:12]), body, gzipped}
	return nil
}

func decompress(body []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
