package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"

	"asynchttpapi/internal/speakers"
)

// Settings are what a person can say on the command line or, with the same
// meaning, in the environment; the command line wins.
type Settings struct {
	// Addr is where the API listens, HOST:PORT; port 0 takes a free one.
	Addr string
	// Data is the folder that keeps everything.
	Data string
	// Speed divides the committee's simulated times; +Inf makes them none.
	Speed float64
	// Review is the committee's policy, see speakers.ParsePolicy.
	Review string
	// BaseURL is what Location starts with; empty for the listening address.
	BaseURL string
	// JSONLog chooses JSON over text for log lines.
	JSONLog bool
	// StepFunctionsAddr is where the Step Functions wire listens; empty for
	// nowhere. StepFunctionsAsked tells that somebody chose it.
	StepFunctionsAddr  string
	StepFunctionsAsked bool
}

// option is one setting as a flag and as an environment variable.
type option struct {
	flag, env, value, usage string
	set                     func(*Settings, string) error
}

// options are all settings with their defaults.
func options() []option {
	return []option{
		{"addr", "ADDR", "127.0.0.1:3000", "address of the API, HOST:PORT; port 0 takes a free one", setAddr},
		{"data", "DATA", ".data", "folder that keeps everything", setData},
		{"speed", "SPEED", "10", "simulated stage times are divided by this; inf for no time at all", setSpeed},
		{"review", "REVIEW", "simulate", "simulate, approve, reject@STAGE or fail@STAGE (moderation, shortlisting, selection)", setReview},
		{"base-url", "BASE_URL", "", "what Location starts with, such as https://api.example.org (default: the address of the API)", setBaseURL},
		{"log", "LOG", "text", "form of the log lines: text or json", setLog},
		{"stepfunctions-addr", "STEPFUNCTIONS_ADDR", "127.0.0.1:8083", "address of the Step Functions endpoint, HOST:PORT; empty for none", setStepFunctionsAddr},
	}
}

// errHelp says that the user asked for the list of flags and got it.
var errHelp = errors.New("help was asked for")

// parseSettings reads flags and environment. Errors are one line.
func parseSettings(args []string, lookupEnv func(string) (string, bool), help io.Writer) (Settings, error) {
	var s Settings
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // errors are reported by the caller, in one line
	values := map[string]*string{}
	for _, o := range options() {
		values[o.flag] = flags.String(o.flag, o.value, o.usage+" (environment: "+o.env+")")
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(help)
		flags.PrintDefaults()
		return s, errHelp
	} else if err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for _, o := range options() {
		value, name := *values[o.flag], "-"+o.flag
		if inEnv, ok := o.lookup(lookupEnv); ok && !given[o.flag] {
			value, name = inEnv, o.env
			given[o.flag] = true
		}
		if err := o.set(&s, value); err != nil {
			return s, fmt.Errorf("%s: %w", name, err)
		}
	}
	s.StepFunctionsAsked = given["stepfunctions-addr"]
	return s, nil
}

// lookup finds the option in the environment. An empty variable counts as
// unset, except where emptiness is the way to switch something off.
func (o option) lookup(lookupEnv func(string) (string, bool)) (string, bool) {
	value, ok := lookupEnv(o.env)
	return value, ok && (value != "" || o.flag == "stepfunctions-addr")
}

func setAddr(s *Settings, value string) error {
	s.Addr = value
	return checkAddr(value)
}

func checkAddr(value string) error {
	_, port, err := net.SplitHostPort(value)
	if err != nil {
		return fmt.Errorf("%q is not HOST:PORT", value)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q: the port has to be a number from 0 to 65535", value)
	} else if strconv.FormatUint(n, 10) != port {
		return fmt.Errorf("%q: the port is written oddly", value)
	}
	return nil
}

func setData(s *Settings, value string) error {
	s.Data = value
	if value == "" {
		return errors.New("a folder is needed")
	}
	return nil
}

func setSpeed(s *Settings, value string) error {
	speed, err := strconv.ParseFloat(value, 64)
	if err != nil || !(speed > 0) {
		return fmt.Errorf("%q is neither a number above 0 nor inf", value)
	}
	s.Speed = speed
	return nil
}

func setReview(s *Settings, value string) error {
	s.Review = value
	_, err := speakers.ParsePolicy(value, "")
	return err
}

func setBaseURL(s *Settings, value string) error {
	s.BaseURL = strings.TrimSuffix(value, "/")
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("%q is not an absolute http or https URL without a query", value)
	}
	return nil
}

func setLog(s *Settings, value string) error {
	if value != "text" && value != "json" {
		return fmt.Errorf("%q is neither text nor json", value)
	}
	s.JSONLog = value == "json"
	return nil
}

func setStepFunctionsAddr(s *Settings, value string) error {
	s.StepFunctionsAddr = value
	if value == "" {
		return nil
	}
	return checkAddr(value)
}
