// Package ops is the operators' tool for a service of this library, whatever its
// job: on AWS with the operator's own permissions, or on one machine through the port
// of the engine. It prints nothing personal, and submissions under the hash that
// logs name them by, unless it is asked for ids.
package ops

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"time"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/operate"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// Main carries out the process's command line, and ends the process.
func Main() {
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, release) // a second signal ends the process at once
	p := program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, now: time.Now}
	os.Exit(p.run(ctx, os.Args[1:]))
}

// program is Main without the process around it.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
}

// command is one of the tool's commands.
type command struct {
	name, args, about string
	// offline commands need no service.
	offline bool
	// more is the text below the flags.
	more string
	run  func(*session, context.Context) error
}

// commands are in the order of the help text.
func commands() []command {
	return []command{
		{name: "list", about: "submissions by status and age, the newest first", run: (*session).list},
		{name: "show", args: "ID", about: "one submission and the history of its execution", run: (*session).show},
		{name: "explain", args: "ID", about: "why a client is asked to wait as long as it is (Retry-After)", run: (*session).explain},
		{name: "cancel", args: "ID...", about: "end submissions, and their executions", run: (*session).cancel,
			more: "A job that compensates undoes what its stages have done, as after a cancellation by a client."},
		{name: "redrive", args: "[ID...]", about: "run executions that failed again, from the state that failed", run: (*session).redrive,
			more: "With -failed-since, those that broke down since then; failures that the job declares only with -code.\nAn execution can be redriven for 14 days after its end."},
		{name: "reconcile", args: "ID...", about: "bring records in line with their executions", run: (*session).reconcile},
		{name: "purge", args: "ID...", about: "delete submissions, everywhere: record, input, result, callbacks, keys", run: (*session).purge, more: stays},
		{name: "export", about: "all records as JSON, one a line", run: (*session).export,
			more: "With -contents also what was submitted and what came of it, which is personal: -o has to name a file."},
		{name: "deadletters", args: "list|redeliver", about: "ends of executions that could not be recorded", run: (*session).deadLetters},
		{name: "find", args: "HASH", about: "the submission that a log line names", run: (*session).find},
		{name: "hash", args: "ID", about: "what logs name a submission by; - reads the id from the standard input", offline: true, run: (*session).hash},
	}
}

// stays says what purge cannot delete.
const stays = `What stays: the history of the execution, which AWS deletes 90 days after its end (the id, a trace id, names of
stages, and no data); hashes of the id in logs, and ARNs in the log of executions, as long as these are kept;
copies in backups (35 days of point-in-time recovery) and old versions in a bucket that keeps them.`

// options are the flags of all commands.
type options struct {
	local, stack, table, machine, letters, results string
	yes, showIDs, contents                         bool
	status, out                                    string
	codes                                          list
	older, younger, failedSince                    time.Duration
	limit                                          int
}

// list is a flag that may be repeated, or separated by commas.
type list []string

// String implements flag.Value.
func (l *list) String() string { return strings.Join(*l, ",") }

// Set implements flag.Value.
func (l *list) Set(text string) error {
	*l = append(*l, strings.Split(text, ",")...)
	return nil
}

func (p program) flags(o *options, c command) *flag.FlagSet {
	f := flag.NewFlagSet("ops "+c.name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.BoolVar(&o.showIDs, "show-ids", false, "print ids, which let whoever reads them read the status, in place of hashes")
	if !c.offline {
		f.StringVar(&o.local, "local", p.getenv("OPS_LOCAL"), "`URL` of the Step Functions endpoint of a service on this machine, such as http://127.0.0.1:8083 (environment: OPS_LOCAL)")
		f.StringVar(&o.stack, "stack", p.getenv("STACK"), "`NAME` of the CloudFormation stack whose outputs name what the next flags do (environment: STACK)")
		f.StringVar(&o.table, "table", p.getenv("TABLE_NAME"), "`NAME` of the DynamoDB table (environment: TABLE_NAME)")
		f.StringVar(&o.machine, "state-machine", p.getenv("STATE_MACHINE_ARN"), "`ARN` of the state machine (environment: STATE_MACHINE_ARN)")
		f.StringVar(&o.results, "results", p.getenv("RESULTS_BUCKET"), "`BUCKET` of large results, if there is one (environment: RESULTS_BUCKET)")
		f.StringVar(&o.letters, "dead-letters", p.getenv("DEAD_LETTERS_URL"), "`URL` of the queue of dead letters (environment: DEAD_LETTERS_URL)")
	}
	switch c.name {
	case "cancel", "redrive", "purge", "reconcile", "deadletters":
		f.BoolVar(&o.yes, "yes", false, "do not ask")
	}
	switch c.name {
	case "list":
		f.StringVar(&o.status, "status", "", "only these, separated by commas: NotStarted, Running, Succeeded, Failed, Canceled, or open for the first two")
		f.DurationVar(&o.older, "older", 0, "only those accepted at least this long ago, such as 30m")
		f.DurationVar(&o.younger, "younger", 0, "only those accepted at most this long ago")
		f.Var(&o.codes, "code", "only failures with this `CODE`; repeatable")
		f.IntVar(&o.limit, "limit", 100, "print at most so many; 0 for all")
	case "redrive":
		f.DurationVar(&o.failedSince, "failed-since", 0, "all whose execution failed within this time, such as 2h")
		f.Var(&o.codes, "code", "with -failed-since, only failures with this `CODE`; repeatable")
	case "export":
		f.StringVar(&o.out, "o", "", "`FILE` to write, which must not exist; the standard output if there is none")
		f.BoolVar(&o.contents, "contents", false, "with what was submitted and what came of it, and ids; needs -o")
	}
	return f
}

// run returns the exit status.
func (p program) run(ctx context.Context, args []string) int {
	err := p.do(ctx, args)
	var wrong usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &wrong):
		fmt.Fprintf(p.stderr, "ops: %s\n", wrong)
		return exitUsage
	}
	fmt.Fprintf(p.stderr, "ops: %s\n", err)
	return exitFailed
}

// usageError is a command line that cannot be carried out.
type usageError string

func (e usageError) Error() string { return string(e) }

func usagef(format string, args ...any) error { return usageError(fmt.Sprintf(format, args...)) }

func (p program) do(ctx context.Context, args []string) error {
	if len(args) == 0 || args[0] == "-h" || args[0] == "-help" || args[0] == "--help" || args[0] == "help" {
		p.help()
		if len(args) == 0 {
			return usagef("a command is needed")
		}
		return nil
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return p.carryOut(ctx, c, args[1:])
		}
	}
	return usagef("%q is not a command; ops help lists them", args[0])
}

func (p program) carryOut(ctx context.Context, c command, args []string) error {
	var o options
	f := p.flags(&o, c)
	var rest []string
	for { // flags may stand after arguments
		if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
			p.commandHelp(c, f)
			return nil
		} else if err != nil {
			return usagef("%s: %v", c.name, err)
		}
		if f.NArg() == 0 {
			break
		}
		rest, args = append(rest, f.Arg(0)), f.Args()[1:]
	}
	s := &session{program: p, options: o, args: rest, in: bufio.NewReader(p.stdin)}
	if err := s.checkArgs(c); err != nil {
		return err
	}
	if !c.offline {
		var err error
		if s.target, err = p.connect(ctx, o); err != nil {
			return err
		}
	}
	err := c.run(s, ctx)
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted")
	}
	return err
}

// checkArgs compares the number of arguments with what the command takes.
func (s *session) checkArgs(c command) error {
	switch {
	case c.args == "" && len(s.args) > 0:
		return usagef("%s: unexpected argument %q", c.name, s.args[0])
	case c.args != "" && !strings.HasPrefix(c.args, "[") && len(s.args) == 0:
		return usagef("%s needs %s", c.name, c.args)
	case c.args != "" && !strings.Contains(c.args, "...") && len(s.args) > 1:
		return usagef("%s takes one argument", c.name)
	}
	return nil
}

func (p program) help() {
	fmt.Fprint(p.stdout, `ops operates the submissions of a service.

usage: ops COMMAND [flags] [ID...]

`)
	for _, c := range commands() {
		fmt.Fprintf(p.stdout, "  %-26s %s\n", c.name+" "+c.args, c.about)
	}
	fmt.Fprint(p.stdout, `
An ID is a submission's id, or the 12 digits that logs name it by. Where the service is:

  on one machine   -local http://127.0.0.1:8083   (the address of -stepfunctions-addr)
  on AWS           -stack NAME, or -table and -state-machine, with AWS_REGION and credentials in the environment:
                   eval "$(aws configure export-credentials --profile NAME --format env)"

ops COMMAND -h shows the flags of a command.
`)
}

func (p program) commandHelp(c command, f *flag.FlagSet) {
	fmt.Fprintf(p.stdout, "usage: ops %s [flags] %s\n\n%s%s.\n\n", c.name, c.args, strings.ToUpper(c.about[:1]), c.about[1:])
	f.SetOutput(p.stdout)
	f.PrintDefaults()
	if c.more != "" {
		fmt.Fprintf(p.stdout, "\n%s\n", c.more)
	}
}

// session is one command being carried out.
type session struct {
	program
	options
	target
	args []string
	in   *bufio.Reader
}

// shown is how a submission is named in what is printed.
func (s *session) shown(id string) string {
	if s.showIDs {
		return id
	}
	return async.LogID(id)
}

// aHash matches what logs name a submission by.
var aHash = regexp.MustCompile(`^[0-9a-f]{12}$`)

// ids returns the ids of arguments, which are ids or hashes.
func (s *session) ids(ctx context.Context, args []string) ([]string, error) {
	ids, wanted := make([]string, len(args)), map[string][]int{}
	for i, arg := range args {
		switch {
		case async.ValidID(arg):
			ids[i] = arg
		case aHash.MatchString(arg):
			wanted[arg] = append(wanted[arg], i)
		default:
			return nil, usagef("argument %d is neither an id nor the 12 digits that logs name a submission by", i+1)
		}
	}
	if len(wanted) == 0 {
		return ids, nil
	}
	err := s.submissions.Each(ctx, func(r async.Record) error {
		for _, i := range wanted[async.LogID(r.ID)] {
			ids[i] = r.ID
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if id == "" {
			return nil, fmt.Errorf("there is no submission %s", args[i])
		}
	}
	return ids, nil
}

// record returns the id that the only argument means, and its record.
func (s *session) record(ctx context.Context) (string, async.Record, error) {
	ids, err := s.ids(ctx, s.args)
	if err != nil {
		return "", async.Record{}, err
	}
	r, err := s.submissions.Record(ctx, ids[0])
	if err != nil {
		return "", async.Record{}, s.about(ids[0], err)
	}
	return ids[0], r, nil
}

// about says which submission an error is about.
func (s *session) about(id string, err error) error {
	switch {
	case errors.Is(err, async.ErrNotFound):
		return fmt.Errorf("there is no submission %s", s.shown(id))
	case errors.Is(err, operate.ErrRunning):
		return fmt.Errorf("%s: %w; repeat this when it has", s.shown(id), err)
	case err != nil:
		return fmt.Errorf("%s: %w", s.shown(id), err)
	}
	return nil
}
