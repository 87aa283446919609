// Package results lets Lambda functions write large results. It is apart from
// package lambdamain because a binary with the client of S3 starts later.
package results

import (
	"os"

	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/async/internal/s3"
	"example.org/asynchttpapi/async/lambdamain"
)

// InS3 keeps the large results of a stage in the bucket that RESULTS_BUCKET names.
func InS3() lambdamain.Option {
	return func(c *functions.Config) error {
		kept, err := s3.New(os.Getenv, os.Getenv(lambdamain.EnvResults))
		if err == nil {
			c.Results = kept
		}
		return err
	}
}
