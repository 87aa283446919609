package client

import "net/http"

const maxRedirects = 5

// guarded copies an HTTP client and puts the rule for redirects before its
// own: few, to trusted origins only, and never one that would turn a
// submission into a read. What is followed gets common as any request does,
// and no Referer, which net/http would make of a status URL.
func guarded(h *http.Client, trusted origins, common http.Header) *http.Client {
	if h == nil {
		h = ownHTTPClient()
	}
	own := *h
	own.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if err := trusted.check(req.URL); err != nil {
			return err
		}
		if req.Method != via[0].Method {
			return &ProtocolError{Reason: "a redirect would turn the submission into a read"}
		}
		if len(via) > maxRedirects {
			return &ProtocolError{Reason: "too many redirects"}
		}
		req.Header.Del("Referer")
		addCommon(req.Header, common)
		if h.CheckRedirect != nil {
			return h.CheckRedirect(req, via)
		}
		return nil
	}
	return &own
}
