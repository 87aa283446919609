// Package hostguard protects servers on a developer's machine from web pages.
//
// A page may only read answers of its own origin, but what its origin leads to
// is decided by its owner's DNS: once the page is loaded, the name can be
// pointed to 127.0.0.1 ("DNS rebinding"), and the browser takes a local server
// for the page's own. Such requests still carry the page's name in Host, so a
// server that answers to known names only is out of reach.
package hostguard

import (
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
)

// Config describes what a server answers to.
type Config struct {
	// Names are host names to answer to besides IP addresses, localhost, names
	// below .localhost (RFC 6761 section 6.3) and host.docker.internal.
	Names []string
	// Prefix may stand before a name or an IPv4 address; "" for none.
	Prefix string
	// SameOrigin refuses requests with an Origin (RFC 6454) that is not the
	// host they are addressed to: those of other sites' pages.
	SameOrigin bool
	// Refuse answers a request that is refused with status and a sentence.
	Refuse func(w http.ResponseWriter, r *http.Request, status int, message string)
	// Log gets a warning for each name and each origin that is refused, once;
	// nil for none.
	Log *slog.Logger
}

// What a refused caller gets to read. Nothing of the request is repeated in it.
const (
	misdirected = "This server does not answer to the host name of the request. " +
		"It answers to IP addresses, localhost, *.localhost, host.docker.internal and the names allowed with -allow-host."
	crossOrigin = "This server does not answer to pages of other origins."
)

type guard struct {
	Config
	next    http.Handler
	names   map[string]bool
	hosts   onceEach
	origins onceEach
}

// New puts the check in front of next: a Host that is not allowed gets 421
// (Misdirected Request, RFC 9110 section 15.5.20), an Origin that is not
// allowed 403.
func New(c Config, next http.Handler) http.Handler {
	if c.Log == nil {
		c.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	g := &guard{Config: c, next: next, names: map[string]bool{"localhost": true, "host.docker.internal": true}}
	for _, name := range c.Names {
		g.names[canonical(name)] = true
	}
	return g
}

// ServeHTTP implements http.Handler.
func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := hostOf(r.Host)
	if !g.allows(name) {
		g.hosts.do(name, func() {
			g.Log.Warn("a request was refused for its host name; -allow-host allows one", "host", shortened(name))
		})
		g.Refuse(w, r, http.StatusMisdirectedRequest, misdirected)
		return
	}
	for _, origin := range r.Header["Origin"] {
		if g.SameOrigin && !sameOrigin(origin, r.Host) {
			g.origins.do(origin, func() {
				g.Log.Warn("a request of another origin's page was refused", "origin", shortened(origin))
			})
			g.Refuse(w, r, http.StatusForbidden, crossOrigin)
			return
		}
	}
	g.next.ServeHTTP(w, r)
}

// allows reports whether a host, as hostOf returns it, is answered to.
func (g *guard) allows(host string) bool {
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		ip, err := netip.ParseAddr(host[1 : len(host)-1])
		return err == nil && ip.Is6()
	}
	if g.allowsName(host) {
		return true
	}
	rest, ok := strings.CutPrefix(host, g.Prefix)
	return ok && g.Prefix != "" && g.allowsName(rest)
}

func (g *guard) allowsName(name string) bool {
	if ip, err := netip.ParseAddr(name); err == nil {
		return ip.Is4() // IPv6 stands in brackets
	}
	return isName(name) && (g.names[name] || strings.HasSuffix(name, ".localhost"))
}

// hostOf is the host of a Host header without its port, in lower case and
// without the dot that ends an absolute name; an IPv6 address keeps its
// brackets. A header that is no host and port comes back as it is, and is no
// name.
func hostOf(header string) string {
	host, port := header, ""
	if end := strings.LastIndexByte(header, ']'); strings.HasPrefix(header, "[") && end > 0 {
		host, port = header[:end+1], header[end+1:]
	} else if colon := strings.IndexByte(header, ':'); colon >= 0 {
		host, port = header[:colon], header[colon:]
	}
	if port != "" && strings.Trim(port[1:], "0123456789") != "" || port != "" && port[0] != ':' {
		return header
	}
	return canonical(host)
}

func canonical(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") }

// sameOrigin reports whether a page's origin is the host that it calls. Which
// scheme the page came by is unknown behind a proxy that ends TLS.
func sameOrigin(origin, host string) bool {
	scheme, rest, ok := strings.Cut(origin, "://")
	return ok && (scheme == "http" || scheme == "https") && strings.EqualFold(rest, host)
}
