// Package page is the page for people: a form that submits a talk, and a view
// that follows it through its stages by polling. It is plain HTML, CSS and
// JavaScript that any host of static files can serve as well.
package page

import (
	"embed"
	"io/fs"
	"net/http"

	"example.org/asynchttpapi/internal/static"
)

//go:embed static
var embedded embed.FS

// policy lets the page run its own files, draw its own icon and talk to its
// own origin, and nothing else; see docs/page.md for the hosted form.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// New serves the page at "/", and leaves other requests to next.
func New(next http.Handler) (http.Handler, error) {
	files, err := fs.Sub(embedded, "static")
	if err != nil {
		return nil, err
	}
	page, err := static.New(files, "", header())
	if err != nil {
		return nil, err
	}
	return page.Before(next), nil
}

// header are the fields of every response. A status URL is a capability, so no
// referrer leaves the page.
func header() http.Header {
	return http.Header{
		"Content-Security-Policy":      {policy},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Permissions-Policy":           {"camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
		"Referrer-Policy":              {"no-referrer"},
		"X-Content-Type-Options":       {"nosniff"},
	}
}
