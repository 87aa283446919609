// Package client submits input to an asynchronous HTTP API, polls it to its end,
// and fetches its result: this project's API, or any other that follows the same
// contract (docs/contract.md). It is generic over the type of the job's result and
// needs nothing but the standard library and the wire types.
//
//	c, err := client.New[Render](client.Config{BaseURL: "http://127.0.0.1:3000"})
//	...
//	accepted, err := c.Submit(ctx, input)
//	...
//	final, err := c.Wait(ctx, accepted)
//	...
//	fmt.Println(final.Result.Pages)
//
// A program that does not care about the type uses client.New[json.RawMessage].
// [Client.Result] streams a result of any size, and [Client.Cancel] cancels.
//
// # What it takes off your hands
//
//   - It waits as long as Retry-After says, in either form (RFC 9110, section
//     10.2.3), measures a date against the server's own clock, and bounds it.
//   - It repeats what failed on the way: broken connections, and the status codes
//     408, 425, 429, 500, 502, 503 and 504 (api.Transient says why), with
//     jittered exponential backoff, until a limit or the context says stop.
//     Every submit carries an Idempotency-Key, so that repeating it cannot
//     start a second execution.
//   - It asks for 304 with the last ETag, and for long polls with Prefer: wait
//     where the [Config] says so.
//   - It follows Location, and redirects, only to the origin of the base URL
//     or to one named in [Config.TrustedOrigins]. Nothing is ever sent
//     anywhere else, credentials least of all. A result alone may be redirected
//     to storage at another host, which gets no credentials.
//   - It resumes a result that is interrupted where it broke off, if it is still
//     the same one.
//   - It bounds everything a server controls: bodies, headers, delays, and the
//     time one request may take.
//
// # What can go wrong
//
// Errors are meant for [errors.Is] and [errors.As]:
//
//   - [*ProblemError]: the server refused; it knows the fields at fault. It is
//     also [ErrNotFound] (404), [ErrGone] (410), [ErrConflict] (409),
//     [ErrInvalid] (422) or [ErrThrottled] (429).
//   - [*FailedError] and [*CanceledError]: the submission ended without a result.
//   - [ErrNotFinished], [ErrNoResult] and [ErrResultChanged]: of a result.
//   - [ErrNoCancelURL]: the submission cannot be canceled from here.
//   - [*UnreachableError]: no answer came, in as many attempts as were allowed.
//   - [*UntrustedError]: the server pointed at an origin that is not trusted.
//   - [*ProtocolError]: the answer breaks the contract; polling on would guess.
//   - context.Canceled and context.DeadlineExceeded: the caller's own limits.
//
// No error text holds a status URL: whoever has one can read the status.
package client
