// Package samcli holds tests alone: what the real SAM CLI, the real transform
// and two linters make of template.yaml. They need TOOLS, the folder of the
// Python tools, which make test-sam sets; without it they say that they were
// not run.
package samcli
