package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"runtime"

	"github.com/urfave/cli/v3"

	"example.org/asynchttpapi/api"
)

func (a *app) statusCommand() *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "show where a talk is now",
		ArgsUsage: "ID | URL",
		Description: `Examples:
   cfs status kq3x…
   cfs status https://talks.example.com/api/status/kq3x…
   cfs --output json status kq3x… | jq -r .customStatus

The exit code is the outcome: 0 approved, 3 rejected, 4 failed, 8 not finished yet.`,
		Action:       a.status,
		OnUsageError: quietly,
	}
}

func (a *app) status(ctx context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return usageError{errors.New("name one talk, by its id or status URL")}
	}
	ctx, cancel := patience(ctx, c)
	defer cancel()
	s, err := a.connect(c, c.Args().First(), a.retrying(c, c.Args().First()))
	if err != nil {
		return err
	}
	st, err := s.Status(ctx, c.Args().First())
	if err != nil {
		return about(c.Args().First(), err)
	}
	if err := a.show(c, st); err != nil {
		return err
	}
	return result(st)
}

func (a *app) show(c *cli.Command, s state) error {
	width := a.width(a.stdout)
	switch {
	case c.String("output") == "json":
		return writeJSON(a.stdout, s)
	case width == 0:
		return writeLine(a.stdout, s)
	}
	_, err := io.WriteString(a.stdout, block(s, a.now(), width, colours(a.getenv, width), locale(a.getenv)))
	return err
}

// result is a state's exit code, as an error unless it is 0.
func result(s state) error {
	if code := verdict(s.Submission); code != exitOK {
		return outcome(code)
	}
	return nil
}

func verdict(s api.Submission) int {
	switch {
	case !s.Status.Terminal():
		return exitPending
	case s.Status != api.Succeeded:
		return exitFailed
	case s.CustomStatus == rejected:
		return exitRejected
	}
	return exitOK
}

func (a *app) watchCommand() *cli.Command {
	return &cli.Command{
		Name:      "watch",
		Usage:     "watch talks until they are decided",
		ArgsUsage: "ID | URL ...",
		Description: `On a terminal there is one live line per talk; elsewhere one plain line, with
tabs between time, id, status, stage and message, whenever something changes.

Examples:
   cfs watch kq3x…
   cfs watch kq3x… 7mzp… --timeout 15m
   cfs --output json watch kq3x… | jq -r .message

The exit code is the worst of all: see cfs --help.`,
		Action:       a.watch,
		OnUsageError: quietly,
	}
}

func (a *app) watch(ctx context.Context, c *cli.Command) error {
	if !c.Args().Present() {
		return usageError{errors.New("name the talks, by their ids or status URLs")}
	}
	ctx, cancel := patience(ctx, c)
	defer cancel()
	var targets []target
	named := map[talkAt]bool{}
	for _, ref := range c.Args().Slice() {
		if at := talkOf(server(c, ""), ref); !named[at] {
			named[at] = true
			targets = append(targets, target{ref: ref})
		}
	}
	return a.follow(ctx, c, targets)
}

// talkAt identifies a talk: an id and its status URL are the same one.
type talkAt struct{ host, id string }

func talkOf(server, ref string) talkAt {
	if u, err := url.Parse(ref); err == nil && u.Host != "" {
		return talkAt{u.Host, idOf(ref)}
	}
	if u, err := url.Parse(server); err == nil {
		return talkAt{u.Host, ref}
	}
	return talkAt{"", ref}
}

func (a *app) openCommand() *cli.Command {
	return &cli.Command{
		Name:      "open",
		Usage:     "open a talk's page in a browser, or print where it is",
		ArgsUsage: "[ID | URL]",
		Description: `Without a talk it is the page where talks are submitted. The address is printed
instead when the output is no terminal or there is no browser to be found.

Examples:
   cfs open kq3x…
   cfs open --print kq3x…`,
		Flags:        []cli.Flag{&cli.BoolFlag{Name: "print", Usage: "print the address only"}},
		Action:       a.open,
		OnUsageError: quietly,
	}
}

func (a *app) open(ctx context.Context, c *cli.Command) error {
	if c.Args().Len() > 1 {
		return usageError{errors.New("name one talk at most")}
	}
	ref := c.Args().First()
	address, err := page(server(c, ref), ref)
	if err != nil {
		return err
	}
	browser := a.browser()
	if c.Bool("print") || browser == nil || a.width(a.stdout) == 0 || a.launch(ctx, append(browser, address)) != nil {
		_, err = fmt.Fprintln(a.stdout, address)
	}
	return err
}

// page is the address of the page about a talk: the server's, with the talk's
// id in the fragment, which browsers keep to themselves.
func page(server, ref string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", usageError{errors.New("the server's URL cannot be read as a URL")}
	}
	// What opens a URL would start a program for others, such as file:.
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", usageError{errors.New("the server's URL is not an http or https URL")}
	}
	u = u.JoinPath("/")
	u.Fragment = idOf(ref)
	return u.String(), nil
}

// browser is the command that opens a URL, or nil where there is none.
func (a *app) browser() []string {
	if b := a.getenv("BROWSER"); b != "" {
		return []string{b}
	}
	switch runtime.GOOS {
	case "darwin":
		return []string{"open"}
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	if a.getenv("DISPLAY") == "" && a.getenv("WAYLAND_DISPLAY") == "" {
		return nil
	}
	return []string{"xdg-open"}
}

func launch(ctx context.Context, argv []string) error {
	return exec.CommandContext(ctx, argv[0], argv[1:]...).Run()
}
