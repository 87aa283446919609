package server

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"

	"example.org/asynchttpapi/internal/hostguard"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// settings are the program's flags, which win over environment variables.
type settings struct {
	// addr is where the API is served; port 0 takes a free one.
	addr string
	// hosts are names of this machine that requests may be addressed to.
	hosts hostguard.Names
	// data is the folder that executions are kept in.
	data string
	// backup is the folder that the command backup makes; "" to serve.
	backup string
	// lambda is where functions are called.
	lambda string
	// region and account stand in every ARN.
	region, account string
	// template is the file whose state machines are made, "" for none;
	// parameters override the defaults of its parameters.
	template   string
	parameters parameters
	// mocks is the mock file, "" for none; stubs says that stubs answer writes.
	mocks        string
	integrations string
	// writeMocks is where a skeleton of a mock file goes, "" for nowhere.
	writeMocks string
	// verbose has every state logged, watch the files looked at for changes.
	verbose, watch bool
	// timeScale is what the pauses of waits and retries are multiplied by.
	timeScale string
	scale     float64
}

// The values of -integrations.
const (
	refuse = "refuse"
	stub   = "stub"
)

// hostsVariable holds names for -allow-host, separated by commas.
const hostsVariable = "STEPFUNCTIONS_ALLOW_HOST"

// readSettings reads flags and environment. flag.ErrHelp means that help was
// asked for, and given.
func readSettings(args []string, getenv func(string) string, stderr io.Writer) (settings, error) {
	s := settings{parameters: parameters{}}
	flags := flag.NewFlagSet("stepfunctions", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	text := func(p *string, name, variable, fallback, usage string) {
		if v := getenv(variable); v != "" {
			fallback = v
		}
		flags.StringVar(p, name, fallback, usage+" ("+variable+")")
	}
	text(&s.addr, "addr", "STEPFUNCTIONS_ADDR", "127.0.0.1:8083", "listen address of the API; port 0 selects a free port")
	text(&s.data, "data", "STEPFUNCTIONS_DATA", ".stepfunctions", "folder where state machines and executions are stored")
	text(&s.lambda, "lambda-endpoint", "LAMBDA_ENDPOINT", "http://127.0.0.1:3001", "endpoint of the Lambda Invoke API, as sam local start-lambda serves it")
	text(&s.region, "region", "AWS_REGION", engine.DefaultRegion, "AWS region in ARNs")
	text(&s.account, "account", "AWS_ACCOUNT_ID", engine.DefaultAccount, "AWS account in ARNs, 12 digits")
	text(&s.template, "template", "STEPFUNCTIONS_TEMPLATE", "", "SAM or CloudFormation template whose state machines are created at startup, or a definition")
	text(&s.mocks, "mock", "SFN_MOCK_CONFIG", "", "mock `FILE`, in the format of MockConfigFile.json; definitions may then call any service")
	text(&s.integrations, "integrations", "STEPFUNCTIONS_INTEGRATIONS", refuse, "calls of other services: refuse to create their state machine, or stub to answer writes with a minimal response")
	text(&s.timeScale, "time-scale", "WAIT_TIME_SCALE", "1", "factor for the pauses of Wait states and retries, for instance 0.01")
	flags.StringVar(&s.writeMocks, "write-mocks", "", "write a skeleton of a mock file for the template or definition of -template to `FILE`, and exit")
	flags.BoolVar(&s.verbose, "v", false, "log every state of every execution, by name")
	flags.BoolVar(&s.watch, "watch", false, "update the state machines when the template, a definition or the mock file changes")
	flags.Var(&s.hosts, "allow-host", "host `NAME` by which others reach this machine, in addition to its addresses; as often as needed, or separated by commas ("+hostsVariable+")")
	flags.Var(s.parameters, "parameter", "`NAME=VALUE` of a parameter of the template, as often as needed ("+parametersVariable+", separated by spaces)")
	if err := s.parameters.read(getenv(parametersVariable)); err != nil {
		return s, err
	}
	if v := getenv(hostsVariable); v != "" {
		if err := s.hosts.Set(v); err != nil {
			return s, fmt.Errorf("%s: %w", hostsVariable, err)
		}
	}
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(stderr)
		fmt.Fprint(stderr, "usage: stepfunctions [flags]            serves\n       stepfunctions [flags] backup DIR copies the data folder to the new folder DIR\n\n")
		flags.PrintDefaults()
		return s, err
	}
	if err != nil {
		return s, err
	}
	s.scale, err = strconv.ParseFloat(s.timeScale, 64)
	if err != nil || !(s.scale >= 0 && s.scale <= maxScale) {
		return s, fmt.Errorf("-time-scale %q is not a number from 0 to %d", s.timeScale, maxScale)
	}
	s.scale = max(s.scale, minScale)
	rest := flags.Args()
	if len(rest) > 0 && rest[0] == "backup" {
		if len(rest) != 2 || rest[1] == "" {
			return s, errors.New("backup needs one argument, the folder to make: stepfunctions -data FOLDER backup TO")
		}
		s.backup, rest = rest[1], nil
	}
	return s, s.check(rest)
}

// The bounds of -time-scale; 0 is next to nothing.
const (
	minScale = 1e-9
	maxScale = 1000
)

// hostNames returns the names that requests may be addressed to: those of
// -allow-host, and the one that the program was asked to listen on.
func (s settings) hostNames() []string {
	names := slices.Clone(s.hosts)
	if host, _, err := net.SplitHostPort(s.addr); err == nil && host != "" {
		names = append(names, host)
	}
	return names
}

func (s settings) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q: a template is given as -template FILE", rest[0])
	case s.data == "":
		return errors.New("-data must name a folder")
	case s.template == "" && len(s.parameters) > 0:
		return errors.New("-parameter needs -template")
	case s.template == "" && (s.writeMocks != "" || s.watch):
		return errors.New("-write-mocks and -watch need -template")
	case s.integrations != refuse && s.integrations != stub:
		return fmt.Errorf("-integrations %q is neither %s nor %s", s.integrations, refuse, stub)
	case s.region == "" || strings.ContainsAny(s.region, ": /"):
		return fmt.Errorf("-region %q is not the name of a region", s.region)
	case len(s.account) != 12 || strings.Trim(s.account, "0123456789") != "":
		return fmt.Errorf("-account %q is not 12 digits", s.account)
	}
	return nil
}
