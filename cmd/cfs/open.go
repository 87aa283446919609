package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"runtime"

	"github.com/urfave/cli/v3"
)

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
