// Package awsenv makes the configuration of AWS clients from the environment
// that Lambda gives a function. The SDK's own config package also looks for
// files, profiles and instance metadata, which costs 10 ms of every cold start
// and finds nothing there.
package awsenv

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// Bounds of one call. All attempts and the pauses between them fit into the 5
// seconds that async gives a call: a connection that hangs is given up in
// time for another to be tried.
const (
	attempts       = 3
	attemptTimeout = 1500 * time.Millisecond
	maxPause       = 250 * time.Millisecond
	connectTimeout = time.Second
	// idleConnections are kept open to the service: the concurrency of one
	// process is small, but in tests one process is all functions.
	idleConnections = 64
)

// Config reads AWS_REGION (or AWS_DEFAULT_REGION), AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, and as endpoint
// AWS_ENDPOINT_URL_<service> or AWS_ENDPOINT_URL, for example with service
// DYNAMODB. The error names the variable that is missing or wrong, and no value.
//
// The credentials are read once: those of a Lambda instance outlive it.
func Config(getenv func(string) string, service string) (aws.Config, error) {
	region, err := first(getenv, "AWS_REGION", "AWS_DEFAULT_REGION")
	endpoint, badEndpoint := endpointURL(getenv, service)
	credentials, noCredentials := credentialsOf(getenv)
	if err := errors.Join(err, badEndpoint, noCredentials); err != nil {
		return aws.Config{}, err
	}
	return aws.Config{
		Region:       region,
		BaseEndpoint: endpoint,
		Credentials:  credentials,
		HTTPClient:   httpClient(),
		Retryer:      retryer,
	}, nil
}

func credentialsOf(getenv func(string) string) (aws.CredentialsProvider, error) {
	id, noID := first(getenv, "AWS_ACCESS_KEY_ID")
	secret, noSecret := first(getenv, "AWS_SECRET_ACCESS_KEY")
	c := aws.Credentials{
		AccessKeyID: id, SecretAccessKey: secret, SessionToken: getenv("AWS_SESSION_TOKEN"), Source: "environment",
	}
	provide := func(context.Context) (aws.Credentials, error) { return c, nil }
	return aws.CredentialsProviderFunc(provide), errors.Join(noID, noSecret)
}

// endpointURL is nil where the region's own endpoint is meant.
func endpointURL(getenv func(string) string, service string) (*string, error) {
	for _, name := range []string{"AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL"} {
		value := getenv(name)
		if value == "" {
			continue
		}
		u, err := url.Parse(value)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, fmt.Errorf("%s is not an http or https URL", name)
		}
		return &value, nil
	}
	return nil, nil
}

func first(getenv func(string) string, names ...string) (string, error) {
	for _, name := range names {
		if value := getenv(name); value != "" {
			return value, nil
		}
	}
	return "", fmt.Errorf("%s is not set", names[0])
}

func httpClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithTimeout(attemptTimeout).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = connectTimeout }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout = connectTimeout
			t.MaxIdleConns, t.MaxIdleConnsPerHost = idleConnections, idleConnections
		})
}

// answerTimeout is how long a service may take to answer a request that was
// sent as a whole.
const answerTimeout = 30 * time.Second

// Transfers returns cfg for calls that send or receive much: an attempt may take
// as long as its context lets it, but not without an answer.
func Transfers(cfg aws.Config) aws.Config {
	cfg.HTTPClient = httpClient().WithTimeout(0).
		WithTransportOptions(func(t *http.Transport) { t.ResponseHeaderTimeout = answerTimeout })
	return cfg
}

// Patient returns a client for the pages that operators read: over whatever line,
// and longer than a function may wait.
func Patient() aws.HTTPClient { return Transfers(aws.Config{}).HTTPClient }

func retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff = attempts, maxPause
	})
}
