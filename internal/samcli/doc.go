// Package samcli holds tests alone: what the real SAM CLI makes of
// template.yaml. They need SAM, the command that runs it, which make test-sam
// sets; without it they say that they were not run.
package samcli
