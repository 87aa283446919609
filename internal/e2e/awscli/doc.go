// Package awscli holds tests alone: the AWS CLI, unmodified, against
// stepfunctions. They need AWSCLI, the path of the CLI, which make
// test-awscli sets; without it they say that they were not run.
package awscli
