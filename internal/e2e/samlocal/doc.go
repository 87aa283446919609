// Package samlocal holds tests alone: the built functions under sam local, in
// containers, with the services that internal/e2e/samlocal/services starts.
package samlocal
