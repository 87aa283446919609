package main

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v3"
	"golang.org/x/term"
)

// app is the program and all that it takes from its surroundings, so that a
// test can hand in something else.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	version        string // of the program
	now            func() time.Time
	sleep          func(context.Context, time.Duration) error // nil: really
	// size tells how many columns and lines the terminal has that w writes
	// to, and 0 if w does not write to one.
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

func (a *app) root(file config) *cli.Command {
	return &cli.Command{
		Name:        "cfs",
		Usage:       "submit talks to a call for speakers and follow them to their decision",
		Version:     a.version,
		Description: rootDescription,
		Flags:       globalFlags(file),
		Commands:    []*cli.Command{a.submitCommand(), a.statusCommand(), a.watchCommand(), a.openCommand()},
		Reader:      a.stdin,
		Writer:      a.stdout,
		ErrWriter:   a.stderr,

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
	if name := c.Args().First(); name != "" {
		return usageError{errors.New("no such command: " + clean(name))}
	}
	return cli.ShowAppHelp(c)
}

// quietly leaves the telling of errors to report: the library would print all
// of the help instead.
func quietly(_ context.Context, _ *cli.Command, err error, _ bool) error { return err }

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
   cfs --output json watch ID | jq      for programs: one JSON object per line

Exit codes:
   0  approved; or done, where nothing was to be decided
   1  something unexpected, such as an answer that breaks the contract
   2  the command line, the configuration or a file is wrong
   3  rejected
   4  failed or cancelled: the process broke off without a decision
   5  not found, or expired
   6  the server cannot be reached, or keeps refusing for the time being
   7  the server refuses the submission or the request
   8  not finished yet
 130  interrupted

Settings come from flags, then the environment, then the file
$XDG_CONFIG_HOME/cfs/config (or the one that CFS_CONFIG names), with lines like
   url = https://talks.example.com`
