// Command smoke looks whether a deployed API keeps the contract. What it does
// by default creates nothing and is safe in production; -submit adds one
// submission and follows it to its end.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run returns 0 if every check passes, 1 if one does not, 2 if it was called
// wrongly.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("smoke", flag.ContinueOnError)
	flags.SetOutput(errs)
	url := flags.String("url", "", "where the API is, such as https://api.example.org (required)")
	header := flags.String("header", "", "a header for every submit, such as \"Authorization: Bearer ...\"")
	submit := flags.Bool("submit", false, "make one submission and wait for its end")
	if flags.Parse(args) != nil {
		return 2
	}
	a, err := newAPI(*url, *header)
	if err != nil || flags.NArg() > 0 {
		fmt.Fprintln(errs, "smoke:", err, flags.Args())
		return 2
	}
	checks := rejected
	if *submit {
		checks = append(checks[:len(checks):len(checks)], submissions...)
	}
	return a.check(ctx, checks, out)
}

// check runs each check and writes a line about it.
func (a *api) check(ctx context.Context, checks []check, out io.Writer) (code int) {
	for _, c := range checks {
		if err := c.run(ctx, a); err != nil {
			fmt.Fprintf(out, "FAIL  %s: %v\n", c.name, err)
			code = 1
			continue
		}
		fmt.Fprintf(out, "ok    %s\n", c.name)
	}
	return code
}

// newAPI checks what was given on the command line.
func newAPI(url, header string) (*api, error) {
	if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
		return nil, fmt.Errorf("-url is %q: want a URL with http:// or https:// and a host", url)
	}
	a := &api{url: strings.TrimSuffix(url, "/"), header: http.Header{}}
	if header == "" {
		return a, nil
	}
	name, value, ok := strings.Cut(header, ":")
	if !ok {
		return nil, fmt.Errorf("-header has no colon: want \"Name: value\"")
	}
	a.header.Set(strings.TrimSpace(name), strings.TrimSpace(value))
	return a, nil
}
