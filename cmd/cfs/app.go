// Command cfs is the call for speakers on the command line: it submits talks
// and follows them to their decision. See docs/cfs.md.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v3"
	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := newApp().run(ctx, os.Args)
	stop()
	os.Exit(code)
}

// app is the program and all that it takes from its surroundings, so that a
// test can hand in something else.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	version        string // of the program
	now            func() time.Time
	sleep          func(context.Context, time.Duration) error // nil: really
	// size returns how many columns and lines the terminal has that w writes to,
	// and 0 if w does not write to one.
	size func(w io.Writer) (width, height int)
	// launch shows a URL in a browser.
	launch func(ctx context.Context, argv []string) error
}

func newApp() *app {
	return &app{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		getenv: os.Getenv, version: built(), now: time.Now, size: terminalSize, launch: launch,
	}
}

func terminalSize(w io.Writer) (width, height int) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, 0
	}
	if width, height, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width, height
	}
	return 80, 24
}

// width is 0 where w is no terminal.
func (a *app) width(w io.Writer) int {
	width, _ := a.size(w)
	return width
}

// run carries out one command line and returns its exit code.
func (a *app) run(ctx context.Context, args []string) int {
	file, err := readConfig(configPath(a.getenv))
	if err != nil {
		return a.report(nil, fileError{err})
	}
	understood := false
	root := a.root(file)
	if width := a.width(a.stdout); width > 0 && !forShell(args) {
		root.Writer = &helpWriter{to: a.stdout, width: width}
	}
	root.Before = func(ctx context.Context, _ *cli.Command) (context.Context, error) {
		understood = true
		return ctx, nil
	}
	err = root.Run(ctx, args)
	if err != nil && !understood {
		err = usageError{err}
	}
	if err != nil {
		return a.report(root, err)
	}
	return exitOK
}

// forShell reports whether a shell, which wants its lines as they are, reads what
// the library prints.
func forShell(args []string) bool {
	return slices.Contains(args, "completion") || slices.Contains(args, "--generate-shell-completion")
}

func (a *app) root(file config) *cli.Command {
	return &cli.Command{
		Name:        "cfs",
		Usage:       "submit talks to a call for speakers and follow them to their decision",
		Version:     a.version,
		Description: rootDescription,
		Flags:       globalFlags(file),
		Commands: []*cli.Command{
			a.submitCommand(), a.statusCommand(), a.watchCommand(), a.resultCommand(), a.cancelCommand(), a.openCommand(),
		},
		Reader:    a.stdin,
		Writer:    a.stdout,
		ErrWriter: a.stderr,

		EnableShellCompletion:           true,
		ConfigureShellCompletionCommand: visibleCompletion,
		HideHelpCommand:                 true,
		OnUsageError:                    quietly,
		Action:                          noCommand,
		ExitErrHandler:                  func(context.Context, *cli.Command, error) {},
		DisableSliceFlagSeparator:       true,
	}
}

func noCommand(_ context.Context, c *cli.Command) error {
	name := c.Args().First()
	if name == "" {
		return cli.ShowAppHelp(c)
	}
	var names []string
	for _, sub := range c.Commands {
		if !sub.Hidden {
			names = append(names, sub.Name)
		}
	}
	return usageError{errors.New("no such command: " + clean(name) + meant("", name, names))}
}

// quietly leaves it to report to print errors: the library would print all of the
// help instead. A flag that does not exist may be a misspelled one.
func quietly(_ context.Context, c *cli.Command, err error, _ bool) error {
	name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !unknown {
		return err
	}
	var names []string
	for _, f := range append(slices.Clone(c.Flags), c.Root().Flags...) {
		names = append(names, f.Names()[0])
	}
	name = strings.TrimLeft(name, "-")
	return errors.New("no such flag: --" + clean(name) + meant("--", name, names))
}

// meant asks whether one of names was meant, if one is close to what was typed.
func meant(prefix, typed string, names []string) string {
	nearest, least := "", 3
	for _, name := range names {
		d := distance(typed, name)
		if strings.HasPrefix(name, typed) && len(typed) > 1 {
			d = min(d, 1)
		}
		if d < min(least, len(name)) {
			nearest, least = name, d
		}
	}
	if nearest == "" {
		return ""
	}
	return "; did you mean " + prefix + nearest + "?"
}

// distance counts the letters to be inserted, left out, replaced or swapped with
// their neighbour to make one word of the other.
func distance(a, b string) int {
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

func visibleCompletion(c *cli.Command) {
	c.Hidden = false
	c.Usage = "print the completions for a shell: bash, zsh, fish or pwsh"
	c.Action = func(_ context.Context, c *cli.Command) error {
		if name := c.Args().First(); name != "" {
			return usageError{errors.New("no completions for " + clean(name) + ": there are bash, zsh, fish and pwsh")}
		}
		return cli.ShowSubcommandHelp(c)
	}
}

const rootDescription = `Examples:
   cfs submit talk.json --wait          submit, and watch until it is decided
   cfs submit --title T --name N --email E --description D --track K
   generate-talk | cfs submit -         read the talk from standard input
   cfs status ID                        where is it now?
   cfs watch ID ID ID                   watch several at once
   cfs result ID -o FILE                fetch what the process produced
   cfs cancel URL                       cancel; submit shows the URL
   cfs --output json watch ID | jq      for programs: one JSON object per line

Exit codes:
   0  approved; or done, where nothing was to be decided
   1  something unexpected, such as an answer that breaks the contract
   2  the command line, the configuration or a file is wrong
   3  rejected
   4  failed or canceled: the process broke off without a decision
   5  not found, or expired, or without a result
   6  the server cannot be reached, or keeps refusing for the time being
   7  the server refuses the submission or the request
   8  not finished yet
 130  interrupted

Settings come from flags, then the environment, then the file
$XDG_CONFIG_HOME/cfs/config (or the one that CFS_CONFIG names), with lines like
   url = https://talks.example.com`

// version says what the program was built from: the module's version, and the
// revision where the version does not end with it. A build without either, such
// as go run makes, is "(devel)".
func version(info *debug.BuildInfo) string {
	if info == nil {
		return "unknown"
	}
	module, revision, modified := info.Main.Version, "", ""
	if module == "" {
		module = "(devel)"
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(len(s.Value), 12)] // as in a pseudo-version
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = ", modified"
		}
	}
	if revision == "" || strings.Contains(module, revision) {
		return module
	}
	return module + " (" + revision + modified + ")"
}

func built() string {
	info, _ := debug.ReadBuildInfo()
	return version(info)
}
