package api

// Transient reports whether a response with this status code says that the same
// request may succeed later. It is the one list for everything here that polls:
// package client, cfs, and the page's backoff.js, which a test compares with it.
//
//   - 408 Request Timeout: the server did not get the whole request in time, or
//     closes an idle connection; the client may repeat it (RFC 9110, section
//     15.5.9).
//   - 425 Too Early: the server does not want to risk a replay of TLS early data;
//     the client repeats it without (RFC 8470, section 5.2).
//   - 429 Too Many Requests: later, and after Retry-After (RFC 6585, section 4).
//   - 500 Internal Server Error: an unexpected condition (RFC 9110, section
//     15.6.1). It need not pass, but every request of the contract is safe to
//     repeat: reads, cancellations, and submits with their Idempotency-Key.
//   - 502 Bad Gateway, 503 Service Unavailable and 504 Gateway Timeout: what is
//     behind the gateway, or its capacity, is missing at the moment (RFC 9110,
//     sections 15.6.3 to 15.6.5).
//
// Other codes of 500 and above, such as 501 Not Implemented and 505 HTTP Version
// Not Supported, describe what the server is, and no repetition changes that.
func Transient(code int) bool {
	switch code {
	case 408, 425, 429, 500, 502, 503, 504: // as above; net/http would be linked for the names alone
		return true
	}
	return false
}
