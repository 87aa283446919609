package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"example.org/asynchttpapi/async/internal/awsenv"
)

const (
	// partSize is what an upload has in memory. S3 takes 10,000 parts of 5 MiB or
	// more, https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html:
	// the largest result has 78 GiB.
	partSize = 8 << 20
	// abortTimeout bounds the call that gives an upload up.
	abortTimeout = 5 * time.Second
)

// upload is a result that is being written: one request if it is small, a
// multipart upload once it is longer than a part.
type upload struct {
	ctx            context.Context
	results        *Results
	key, mediaType string
	part           bytes.Buffer
	sum            hash.Hash
	size           int64
	id             *string // of a multipart upload
	parts          []types.CompletedPart
	err            error
}

func newUpload(ctx context.Context, r *Results, key, mediaType string) *upload {
	return &upload{ctx: ctx, results: r, key: key, mediaType: mediaType, sum: sha256.New()}
}

var errOver = errors.New("the result was committed or aborted before")

// Write implements io.Writer.
func (u *upload) Write(p []byte) (written int, err error) {
	for len(p) > 0 && u.err == nil {
		if u.part.Len() == partSize {
			u.err = u.sendPart()
			continue
		}
		n := min(len(p), partSize-u.part.Len())
		u.part.Write(p[:n])
		u.sum.Write(p[:n])
		u.size, written, p = u.size+int64(n), written+n, p[n:]
	}
	return written, u.err
}

// sendPart sends what is in memory, as a part of a multipart upload.
func (u *upload) sendPart() error {
	r := u.results
	if u.id == nil {
		out, err := r.client.CreateMultipartUpload(u.ctx, &s3.CreateMultipartUploadInput{
			Bucket: &r.bucket, Key: &u.key, ContentType: &u.mediaType, ChecksumAlgorithm: types.ChecksumAlgorithmCrc32,
		})
		if err != nil {
			return awsenv.Wrap("s3 CreateMultipartUpload", err)
		}
		u.id = out.UploadId
	}
	number := aws.Int32(int32(len(u.parts) + 1))
	out, err := r.client.UploadPart(u.ctx, &s3.UploadPartInput{
		Bucket: &r.bucket, Key: &u.key, UploadId: u.id, PartNumber: number,
		Body: bytes.NewReader(u.part.Bytes()), ChecksumAlgorithm: types.ChecksumAlgorithmCrc32,
	})
	if err != nil {
		return awsenv.Wrap("s3 UploadPart", err)
	}
	u.parts = append(u.parts, types.CompletedPart{ETag: out.ETag, PartNumber: number, ChecksumCRC32: out.ChecksumCRC32})
	u.part.Reset()
	return nil
}

// Commit implements async.ResultFile. The validator is a SHA-256: S3's own
// depends on how an upload was cut.
func (u *upload) Commit() (size int64, etag string, err error) {
	if u.err == nil {
		u.err = u.finish()
	}
	if u.err != nil {
		err := u.err
		u.Abort()
		return 0, "", err
	}
	u.err = errOver
	return u.size, base64.RawURLEncoding.EncodeToString(u.sum.Sum(nil)), nil
}

func (u *upload) finish() error {
	r := u.results
	if u.id == nil {
		_, err := r.client.PutObject(u.ctx, &s3.PutObjectInput{
			Bucket: &r.bucket, Key: &u.key, ContentType: &u.mediaType, Body: bytes.NewReader(u.part.Bytes()),
		})
		return awsenv.Wrap("s3 PutObject", err)
	}
	if err := u.sendPart(); err != nil {
		return err
	}
	_, err := r.client.CompleteMultipartUpload(u.ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &r.bucket, Key: &u.key, UploadId: u.id,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: u.parts},
	})
	return awsenv.Wrap("s3 CompleteMultipartUpload", err)
}

// Abort implements async.ResultFile. It gives the upload up even if its context
// has ended: parts that stay are billed.
func (u *upload) Abort() {
	if errors.Is(u.err, errOver) {
		return
	}
	u.err, u.part = errOver, bytes.Buffer{}
	if u.id == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(u.ctx), abortTimeout)
	defer cancel()
	r := u.results
	_, _ = r.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &r.bucket, Key: &u.key, UploadId: u.id})
}
