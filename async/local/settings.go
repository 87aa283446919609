package local

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"example.org/asynchttpapi/internal/hostguard"
)

// Settings are what a person can choose on the command line or, with the same
// meaning, in the environment; the command line wins.
type Settings struct {
	// Addr is where the API listens, HOST:PORT; port 0 takes a free one.
	Addr string
	// Data is the folder that keeps everything.
	Data string
	// BaseURL is what Location starts with; empty for the listening address.
	BaseURL string
	// AllowHosts are names of this machine that requests may be addressed to.
	AllowHosts hostguard.Names
	// FailureStatus is the status code of a failed submission where the client
	// has chosen none: 200 or 409.
	FailureStatus int
	// APIKeyHashes and OperatorKeyHashes: see Options.
	APIKeyHashes, OperatorKeyHashes string
	// JSONLog chooses JSON over text for log lines.
	JSONLog bool
	// LogErrors logs the texts of stages' errors.
	LogErrors bool
	// StepFunctionsAddr is where the Step Functions wire listens; empty for
	// nowhere. StepFunctionsAsked says that it was chosen, and is no default.
	StepFunctionsAddr  string
	StepFunctionsAsked bool
	// Own are the values of the job's own settings by their flags.
	Own map[string]string
	// Backup is the folder that the command backup makes; empty to serve.
	Backup string
}

// option is one setting as a flag and as an environment variable.
type option struct {
	flag, env, value, usage string
	set                     func(*Settings, string) error
}

const (
	stepFunctionsFlag = "stepfunctions-addr"
	allowHostFlag     = "allow-host"
)

// options are all settings with their defaults, the job's own last.
func options(own []Setting) []option {
	all := []option{
		{"addr", "ADDR", "127.0.0.1:3000", "address of the API, HOST:PORT; port 0 takes a free one", setAddr},
		{"data", "DATA", ".data", "folder that keeps everything", setData},
		{"base-url", "BASE_URL", "", "what Location starts with, such as https://api.example.org (default: the address of the API)", setBaseURL},
		{allowHostFlag, "ALLOW_HOST", "", "`NAME` by which others reach this machine, beside its addresses and the one of -base-url; repeatable, or separated by commas", setAllowHosts},
		{"failure-status", "FAILURE_STATUS", "200", "status code of a failed submission where the client has chosen none: 200 or 409", setFailureStatus},
		{"api-key-hashes", "API_KEY_HASHES", "", "SHA-256, in hexadecimal digits, of the key with which a client lists the ends of its submissions; two, separated by a comma, while one key replaces another", setAPIKeyHashes},
		{"operator-key-hashes", "OPERATOR_KEY_HASHES", "", "the same of a key that lists the ends of all submissions", setOperatorKeyHashes},
		{"log", "LOG", "text", "form of the log lines: text or json", setLog},
		{"log-errors", "LOG_ERRORS", "true", "whether the texts of stages' errors are logged: true or false", setLogErrors},
		{stepFunctionsFlag, "STEPFUNCTIONS_ADDR", "127.0.0.1:8083", "address of the Step Functions endpoint, HOST:PORT; a free port where the default one is taken; empty for none", setStepFunctionsAddr},
	}
	for _, s := range own {
		set := func(settings *Settings, value string) error {
			settings.Own[s.Flag] = value
			return nil
		}
		all = append(all, option{s.Flag, s.Env, s.Default, s.Usage, set})
	}
	return all
}

// errHelp says that the user asked for the list of flags and got it.
var errHelp = errors.New("help was asked for")

// parseSettings reads flags and environment. Errors are one line.
func parseSettings(args []string, lookupEnv func(string) (string, bool), own []Setting, help io.Writer) (Settings, error) {
	all := options(own)
	given, rest, err := parseFlags(all, args, help)
	if err != nil {
		return Settings{}, err
	}
	s := Settings{Own: map[string]string{}}
	if s.Backup, err = backupFolder(rest); err != nil {
		return Settings{}, err
	}
	for _, o := range all {
		name, value := o.choose(given, lookupEnv)
		if err := o.set(&s, value); err != nil {
			return s, fmt.Errorf("%s: %w", name, err)
		}
		if o.flag == stepFunctionsFlag {
			s.StepFunctionsAsked = name != ""
		}
	}
	return s, nil
}

// backupFolder is the argument of the command backup, empty where there is no command.
func backupFolder(rest []string) (string, error) {
	switch {
	case len(rest) == 0:
		return "", nil
	case rest[0] != "backup":
		return "", fmt.Errorf("unexpected argument %q", rest[0])
	case len(rest) != 2 || rest[1] == "":
		return "", errors.New("backup needs one argument, the folder to make: local -data FOLDER backup TO")
	}
	return rest[1], nil
}

// parseFlags returns the flags that were given, and what follows them.
func parseFlags(all []option, args []string, help io.Writer) (given map[string]string, rest []string, err error) {
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // errors are reported by the caller, in one line
	for _, o := range all {
		if o.flag == allowHostFlag {
			flags.Var(new(repeated), o.flag, o.usage+" (environment: "+o.env+")")
			continue
		}
		flags.String(o.flag, o.value, o.usage+" (environment: "+o.env+")")
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(help)
		fmt.Fprint(help, "usage: local [flags]            serves\n       local [flags] backup DIR copies the data folder to the new folder DIR\n\n")
		flags.PrintDefaults()
		return nil, nil, errHelp
	} else if err != nil {
		return nil, nil, err
	}
	given = map[string]string{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = f.Value.String() })
	return given, flags.Args(), nil
}

// repeated is the flag.Value of a flag that may be given more than once.
type repeated []string

// String implements flag.Value.
func (r *repeated) String() string { return strings.Join(*r, ",") }

// Set implements flag.Value.
func (r *repeated) Set(value string) error {
	*r = append(*r, value)
	return nil
}

// choose finds the option's value, and the name under which it was given: ""
// for the default. An empty variable counts as unset, except where emptiness
// is the way to switch something off.
func (o option) choose(given map[string]string, lookupEnv func(string) (string, bool)) (name, value string) {
	if value, ok := given[o.flag]; ok {
		return "-" + o.flag, value
	}
	if value, ok := lookupEnv(o.env); ok && (value != "" || o.flag == stepFunctionsFlag) {
		return o.env, value
	}
	return "", o.value
}

// logAttrs are the job's own settings for a log line, in the order of their flags.
func (s Settings) logAttrs() (attrs []any) {
	for _, flag := range slices.Sorted(maps.Keys(s.Own)) {
		attrs = append(attrs, flag, s.Own[flag])
	}
	return attrs
}
