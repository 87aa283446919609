// Package awsharness holds tests alone: the binaries that are deployed, each a
// process behind a Runtime API, with the environment that template.yaml gives
// them; DynamoDB's wire served by dynalite and Step Functions' by
// stepfunctions, which calls the activities over Lambda's Invoke API. Every
// SDK call of the AWS code path goes over the network.
package awsharness
