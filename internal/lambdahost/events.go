package lambdahost

import "fmt"

// SubmitEvent is the event of API Gateway, payload format 2.0, for a submit with
// a body.
func SubmitEvent(body string) []byte {
	return fmt.Appendf(nil, `{"version":"2.0","routeKey":"ANY /api/submit","rawPath":"/api/submit","headers":{"content-type":"application/json"},
		"requestContext":{"stage":"$default","domainName":"localhost","http":{"method":"POST","path":"/api/submit"}},"body":%q}`, body)
}

// StatusEvent is the same for a poll of a submission's status.
func StatusEvent(id string) []byte {
	return fmt.Appendf(nil, `{"version":"2.0","routeKey":"ANY /api/status/{id}","rawPath":"/api/status/%[1]s","pathParameters":{"id":"%[1]s"},
		"requestContext":{"stage":"$default","domainName":"localhost","http":{"method":"GET","path":"/api/status/%[1]s"}}}`, id)
}
