// Package emulated holds tests alone: the stack as SAM deploys it, on another
// implementation of AWS (MiniStack), and the contract through the API
// that comes out. docs/deploy.md says what the emulator cannot do. They need
// TOOLS, the folder of the Python tools, which make test-deployed sets; without
// it they say that they were not run.
package emulated
