package awsenv

import (
	"context"
	"crypto/x509"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Connect opens the connection that the first call will use, so that the
// handshake happens while a function starts. It asks for nothing and needs no
// permission: whatever the service answers to the plain request will do.
func Connect(ctx context.Context, client aws.HTTPClient, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return Wrap("connect", err)
	}
	if req.URL.Scheme == "https" {
		// They are read once, and may be so while the server is asked for its own.
		go x509.SystemCertPool()
	}
	resp, err := client.Do(req)
	if err != nil {
		return Wrap("connect", err)
	}
	return Wrap("connect", drain(resp))
}
