// Package s3url signs URLs from which clients read results in an S3 bucket. It
// signs with the SDK's signer alone, which every client of AWS has: a function
// that only hands out URLs links no client of S3, whose size every cold start
// would pay for.
package s3url

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go/encoding/httpbinding"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/awsenv"
)

// validity is how long a URL can be used: a client that asks for the result gets
// a new one each time. A download that has begun goes on.
const validity = 10 * time.Minute

// Results is an async.Results that has URL alone.
type Results struct {
	cfg    aws.Config
	base   string // of a key's URL
	signer *v4.Signer
}

var _ async.Results = (*Results)(nil)

// New makes a Results on the bucket from Lambda's environment; see
// awsenv.Config. It does not call S3.
func New(getenv func(string) string, bucket string) (*Results, error) {
	cfg, err := awsenv.Config(getenv, "S3")
	if bucket == "" {
		err = errors.Join(err, errors.New("the bucket's name is empty"))
	}
	if err != nil {
		return nil, err
	}
	return &Results{
		cfg:  cfg,
		base: baseURL(cfg, bucket),
		// An S3 key is escaped once: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
		signer: v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }),
	}, nil
}

// baseURL has the bucket in its host, as AWS prefers it, except where an endpoint
// was given, which has one host, or where the bucket's name has dots, which no
// certificate covers.
func baseURL(cfg aws.Config, bucket string) string {
	suffix := "amazonaws.com"
	if strings.HasPrefix(cfg.Region, "cn-") {
		suffix += ".cn"
	}
	switch {
	case cfg.BaseEndpoint != nil:
		return strings.TrimRight(*cfg.BaseEndpoint, "/") + "/" + bucket + "/"
	case strings.Contains(bucket, "."):
		return "https://s3." + cfg.Region + "." + suffix + "/" + bucket + "/"
	}
	return "https://" + bucket + ".s3." + cfg.Region + "." + suffix + "/"
}

// URL implements async.Results. The result is offered as a file to keep, under
// its name: what a job wrote must not run as a page of the bucket's.
func (r *Results) URL(ctx context.Context, key string, info async.ResultInfo) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	req, err := http.NewRequest(http.MethodGet, r.base+httpbinding.EscapePath(key, false), nil)
	if err != nil {
		return "", errors.New("s3 GetObject: no URL can be made of the endpoint and the key")
	}
	req.URL.RawQuery = url.Values{
		"response-content-disposition": {disposition(info.FileName)},
		"response-content-type":        {cmp.Or(info.MediaType, "application/octet-stream")},
		"x-id":                         {"GetObject"},
		"X-Amz-Expires":                {strconv.Itoa(int(validity.Seconds()))},
	}.Encode()
	credentials, err := r.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return "", awsenv.Wrap("s3 GetObject", err)
	}
	signed, _, err := r.signer.PresignHTTP(ctx, credentials, req, "UNSIGNED-PAYLOAD", "s3", r.cfg.Region, time.Now())
	return signed, awsenv.Wrap("s3 GetObject", err)
}

// disposition is a Content-Disposition, RFC 6266.
func disposition(fileName string) string {
	if fileName == "" {
		return "attachment"
	}
	return cmp.Or(mime.FormatMediaType("attachment", map[string]string{"filename": fileName}), "attachment")
}

// errOnlyURLs is returned by every method but URL.
var errOnlyURLs = fmt.Errorf("results: this process only hands out URLs: %w", errors.ErrUnsupported)

// Create implements async.Results.
func (r *Results) Create(context.Context, string, string, string) (async.ResultFile, error) {
	return nil, errOnlyURLs
}

// Open implements async.Results.
func (r *Results) Open(context.Context, string) (io.ReadSeekCloser, error) { return nil, errOnlyURLs }

// Delete implements async.Results.
func (r *Results) Delete(context.Context, string) error { return errOnlyURLs }
