// Package pollers holds tests alone: unmodified third-party pollers against
// the running system; bench below it compares them with this repository's
// client. It is a module of its own, so that what they depend on stays out of
// the project's go.mod.
package pollers
