// Package samlocal holds tests alone: the built functions under sam local, in
// containers, with the services that async/internal/samlocalservices starts.
package samlocal
