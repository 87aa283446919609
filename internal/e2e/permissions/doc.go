// Package permissions holds tests alone: they compare the IAM statements of
// template.yaml with the AWS calls that are linked into each function's
// binary, and with the table in docs/iam.md.
package permissions
