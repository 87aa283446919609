// Package torture holds one test: the local service is killed at random moments
// with submissions in flight, again and again, and nothing may be lost.
package torture
