// Package s3 keeps large results in an S3 bucket. It links the SDK's client of
// S3: only functions that write results import it, see package s3url.
package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/awsenv"
	"example.org/asynchttpapi/async/internal/s3url"
)

// Results is an async.Results in a bucket. Results that no record names, and
// parts of uploads that were given up by a process that ended, are the bucket's
// lifecycle rules' to remove.
type Results struct {
	*s3url.Results
	client *s3.Client
	bucket string
}

var _ async.Results = (*Results)(nil)

// New makes a Results on the bucket from Lambda's environment; see
// awsenv.Config. It does not call S3.
func New(getenv func(string) string, bucket string) (*Results, error) {
	urls, err := s3url.New(getenv, bucket)
	if err != nil {
		return nil, err
	}
	cfg, err := awsenv.Config(getenv, "S3")
	if err != nil {
		return nil, err
	}
	client := s3.NewFromConfig(awsenv.Transfers(cfg), func(o *s3.Options) {
		o.UsePathStyle = cfg.BaseEndpoint != nil // an endpoint of its own has one host
	})
	return &Results{Results: urls, client: client, bucket: bucket}, nil
}

// Create implements async.Results.
func (r *Results) Create(ctx context.Context, key, mediaType, _ string) (async.ResultFile, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return newUpload(ctx, r, key, mediaType), nil
}

// Open implements async.Results. The context bounds the reading, too.
func (r *Results) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	head, err := r.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &r.bucket, Key: &key})
	if status(err) == http.StatusNotFound {
		return nil, async.ErrNotFound
	}
	if err != nil {
		return nil, awsenv.Wrap("s3 HeadObject", err)
	}
	return &reader{ctx: ctx, results: r, key: key, etag: head.ETag, size: aws.ToInt64(head.ContentLength)}, nil
}

// Delete implements async.Results.
func (r *Results) Delete(ctx context.Context, key string) error {
	_, err := r.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &r.bucket, Key: &key})
	return awsenv.Wrap("s3 DeleteObject", err)
}

// status is 0 for what is no answer of the service's.
func status(err error) int {
	if resp := (*awshttp.ResponseError)(nil); errors.As(err, &resp) {
		return resp.HTTPStatusCode()
	}
	return 0
}

// reader reads an object from where it stands: the first Read after a Seek asks
// for the rest of it.
type reader struct {
	ctx     context.Context
	results *Results
	key     string
	etag    *string
	size    int64
	at      int64
	body    io.ReadCloser
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	if r.body == nil {
		out, err := r.results.client.GetObject(r.ctx, &s3.GetObjectInput{
			Bucket: &r.results.bucket, Key: &r.key,
			IfMatch: r.etag, // what replaced it meanwhile is another content
			Range:   aws.String(fmt.Sprintf("bytes=%d-", r.at)),
		})
		if err != nil {
			return 0, awsenv.Wrap("s3 GetObject", err)
		}
		r.body = out.Body
	}
	n, err := r.body.Read(p)
	r.at += int64(n)
	if errors.Is(err, io.EOF) && r.at < r.size {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Seek implements io.Seeker.
func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek to %d: before the beginning", offset)
	}
	if offset != r.at {
		if err := r.Close(); err != nil {
			return 0, err
		}
	}
	r.at = offset
	return offset, nil
}

// Close implements io.Closer.
func (r *reader) Close() error {
	if r.body == nil {
		return nil
	}
	err := r.body.Close()
	r.body = nil
	return err
}
