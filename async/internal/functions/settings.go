package functions

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.org/asynchttpapi/async/internal/lambdahttp"
)

// Settings are what an operator chooses.
type Settings struct {
	// BaseURL is what status URLs begin with; the gateway's own address if empty.
	BaseURL string
	// Origins may call from a browser; "*" lets all.
	Origins []string
	// MaxWait is the longest wait granted to "Prefer: wait"; 0 grants none.
	MaxWait time.Duration
	// WaitInterval is the longest pause between two looks at what a request waits
	// for; 1 second if 0.
	WaitInterval time.Duration
	// Retention is how long a submission can be read.
	Retention time.Duration
	// Review is the committee's policy; see speakers.ParsePolicy.
	Review string
	// Seed gives the simulated committee other dice. Any text will do.
	Seed string
	// Speed divides the committee's simulated times; below 1 they would outlast
	// the timeouts of functions and states.
	Speed float64
	// Stack names the deployment in metrics; none are written if empty.
	Stack string
}

// MaxMaxWait is the most that MaxWait can be: the gateway ends a request after
// 29 or 30 seconds.
const MaxMaxWait = 25 * time.Second

// CheckBaseURL returns an error if status URLs cannot begin with base.
func CheckBaseURL(base string) error { return lambdahttp.CheckBaseURL(base) }

// SettingsFromEnv reads the settings from environment variables. Unset ones
// have the defaults of template.yaml; all that are wrong are reported at once.
func SettingsFromEnv(getenv func(string) string) (Settings, error) {
	e := env{get: getenv}
	s := Settings{
		BaseURL:   getenv("PUBLIC_BASE_URL"),
		Origins:   splitOrigins(getenv("ALLOWED_ORIGINS")),
		MaxWait:   time.Duration(e.number("MAX_WAIT_SECONDS", 5, 0, MaxMaxWait.Seconds()) * float64(time.Second)),
		Retention: time.Duration(e.number("RETENTION_DAYS", 90, 1, 3650) * 24 * float64(time.Hour)),
		Review:    e.text("REVIEW", "simulate"),
		Seed:      getenv("SEED"),
		Speed:     e.number("SPEED", 10, 1, 1e9),
		Stack:     getenv("STACK_NAME"),
	}
	return s, errors.Join(e.errs...)
}

// env reads variables and gathers what is wrong with them.
type env struct {
	get  func(string) string
	errs []error
}

func (e *env) text(name, unset string) string {
	if value := e.get(name); value != "" {
		return value
	}
	return unset
}

func (e *env) number(name string, unset, low, high float64) float64 {
	text := e.get(name)
	if text == "" {
		return unset
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= low && n <= high) {
		e.errs = append(e.errs, fmt.Errorf("%s is %q: want a number from %v to %v", name, text, low, high))
	}
	return n
}

func splitOrigins(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}
