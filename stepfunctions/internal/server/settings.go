package server

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"example.org/asynchttpapi/internal/hostguard"
)

// settings are what the program is told. Flags win over environment variables.
type settings struct {
	// addr is where the API is served; port 0 takes a free one.
	addr string
	// hosts are names of this machine that requests may be addressed to.
	hosts hostguard.Names
	// data is the folder that executions are kept in.
	data string
	// lambda is where functions are called.
	lambda string
	// region and account stand in every ARN.
	region, account string
	// template is the file whose state machines are made, "" for none;
	// parameters override the defaults of its parameters.
	template   string
	parameters parameters
}

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
	text(&s.addr, "addr", "STEPFUNCTIONS_ADDR", "127.0.0.1:8083", "address to serve the API on, port 0 takes a free one")
	text(&s.data, "data", "STEPFUNCTIONS_DATA", ".stepfunctions", "folder that state machines and executions are kept in")
	text(&s.lambda, "lambda-endpoint", "LAMBDA_ENDPOINT", "http://127.0.0.1:3001", "endpoint of the Lambda Invoke API, as sam local start-lambda serves it")
	text(&s.region, "region", "AWS_REGION", "us-east-1", "region in ARNs")
	text(&s.account, "account", "AWS_ACCOUNT_ID", "123456789012", "account in ARNs, 12 digits")
	text(&s.template, "template", "STEPFUNCTIONS_TEMPLATE", "", "SAM or CloudFormation template whose state machines are made at the start")
	flags.Var(&s.hosts, "allow-host", "`NAME` by which others reach this machine, beside its addresses; as often as needed, or separated by commas ("+hostsVariable+")")
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
		flags.Usage()
		return s, err
	}
	if err != nil {
		return s, err
	}
	return s, s.check(flags.Args())
}

// hostNames are the names that requests may be addressed to: those of
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
		return fmt.Errorf("unexpected argument %q", rest[0])
	case s.data == "":
		return errors.New("-data must name a folder")
	case s.template == "" && len(s.parameters) > 0:
		return errors.New("-parameter is of no use without -template")
	case s.region == "" || strings.ContainsAny(s.region, ": /"):
		return fmt.Errorf("-region %q is not the name of a region", s.region)
	case len(s.account) != 12 || strings.Trim(s.account, "0123456789") != "":
		return fmt.Errorf("-account %q is not 12 digits", s.account)
	}
	return nil
}
