// Package load holds one test: many submissions at once meet functions that may
// run few at a time, and a store that refuses calls for minutes. All of them
// succeed.
package load
