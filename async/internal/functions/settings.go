package functions

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/lambdahttp"
)

// Settings are what an operator chooses.
type Settings struct {
	// BaseURL is what URLs begin with; the gateway's own address if empty.
	BaseURL string
	// Origins may call from a browser; "*" lets all.
	Origins []string
	// MaxWait is the longest wait granted to a request; 0 grants none.
	MaxWait time.Duration
	// MaxWaits is how many requests may wait at the same time; any number if 0.
	// A function on AWS has one request at a time, and needs no such bound.
	MaxWaits int
	// WaitInterval is the longest pause between two reads of what a request waits
	// for; 1 second if 0.
	WaitInterval time.Duration
	// Retention is how long a submission can be read.
	Retention time.Duration
	// Cancelable gives whoever submits a URL to cancel at, which the function
	// cancel has to serve.
	Cancelable bool
	// Completions lists submissions by their ends, for polling triggers, from the
	// time on when it is set: the function completions serves the list.
	Completions bool
	// Keys are the API keys that are taken, by their hashes.
	Keys lambdahttp.Keys
	// FailureStatus and MaxBody: see lambdahttp.Config.
	FailureStatus, MaxBody int
	// Stack names the deployment in metrics; none are written if empty.
	Stack string
	// Function and Version are the names that Lambda gives to what runs.
	Function, Version string
	// LogErrors logs the texts of stages' errors, which may hold anything.
	LogErrors bool
}

// MaxMaxWait is the most that MaxWait can be: the gateway ends a request after
// 29 or 30 seconds.
const MaxMaxWait = 25 * time.Second

// CheckBaseURL returns an error if URLs cannot begin with base.
func CheckBaseURL(base string) error { return lambdahttp.CheckBaseURL(base) }

// CheckKeyHashes returns an error for what is not a list of up to two hashes.
func CheckKeyHashes(list string) error {
	_, err := lambdahttp.ParseKeyHashes(list)
	return err
}

// SettingsFromEnv reads the settings from environment variables; all that are
// wrong are reported at once.
func SettingsFromEnv(getenv func(string) string) (Settings, error) {
	e := env{get: getenv}
	s := Settings{
		BaseURL:       getenv("PUBLIC_BASE_URL"),
		Origins:       splitOrigins(getenv("ALLOWED_ORIGINS")),
		MaxWait:       time.Duration(e.number("MAX_WAIT_SECONDS", 0, 0, MaxMaxWait.Seconds()) * float64(time.Second)),
		Retention:     time.Duration(e.number("RETENTION_DAYS", 90, 1, 3650) * 24 * float64(time.Hour)),
		Cancelable:    e.truth("CANCELABLE", false),
		FailureStatus: int(e.number("FAILURE_STATUS", http.StatusOK, http.StatusOK, http.StatusConflict)),
		MaxBody:       int(e.number("MAX_BODY_BYTES", lambdahttp.DefaultMaxBody, 1, async.MaxInput)),
		Stack:         getenv("STACK_NAME"),
		Function:      getenv("AWS_LAMBDA_FUNCTION_NAME"),
		Version:       getenv("AWS_LAMBDA_FUNCTION_VERSION"),
		LogErrors:     e.truth("LOG_ERRORS", false),
	}
	s.Completions = e.truth("COMPLETIONS", false)
	s.Keys.Submitter = e.keys("API_KEY_HASHES")
	s.Keys.Operator = e.keys("OPERATOR_KEY_HASHES")
	if s.FailureStatus != http.StatusOK && s.FailureStatus != http.StatusConflict {
		e.errs = append(e.errs, fmt.Errorf("FAILURE_STATUS is %d: want 200 or 409", s.FailureStatus))
	}
	return s, errors.Join(e.errs...)
}

// env reads variables and gathers what is wrong with them.
type env struct {
	get  func(string) string
	errs []error
}

func (e *env) number(name string, unset, low, high float64) float64 {
	text := e.get(name)
	if text == "" {
		return unset
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= low && n <= high) {
		e.errs = append(e.errs, fmt.Errorf("%s is %q: want a number from %v to %v", name, text, low, high))
		return unset
	}
	return n
}

func (e *env) truth(name string, unset bool) bool {
	switch text := e.get(name); text {
	case "":
		return unset
	case "true", "false":
		return text == "true"
	default:
		e.errs = append(e.errs, fmt.Errorf("%s is %q: want true or false", name, text))
		return unset
	}
}

func (e *env) keys(name string) lambdahttp.KeyHashes {
	keys, err := lambdahttp.ParseKeyHashes(e.get(name))
	if err != nil {
		e.errs = append(e.errs, fmt.Errorf("%s: %w", name, err))
	}
	return keys
}

func splitOrigins(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}
