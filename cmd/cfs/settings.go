package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"example.org/asynchttpapi/client"
)

const defaultURL = "http://127.0.0.1:3000"

func globalFlags(file config) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "url", Value: defaultURL, Usage: "the server's URL", Sources: file.sources("CFS_URL", "url")},
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: "text", Usage: "text or json",
			Sources: file.sources("CFS_OUTPUT", "output"), Validator: validOutput},
		&cli.DurationFlag{Name: "timeout", Usage: "give up after this long, such as 90s", DefaultText: "never",
			Sources: file.sources("CFS_TIMEOUT", "timeout"), Validator: notNegative},
		&cli.IntFlag{Name: "retries", Value: 5, Usage: "repetitions of a request without an answer",
			Sources: file.sources("CFS_RETRIES", "retries"), Validator: reasonable},
		listFlag{&cli.StringSliceFlag{Name: "header", Usage: "send this header too, such as X-Api-Key:abc; repeatable",
			Sources: file.sources("CFS_HEADER", "header")}},
		listFlag{&cli.StringSliceFlag{Name: "trust", Usage: "follow status URLs to this origin too; repeatable",
			Sources: file.sources("CFS_TRUST", "trust")}},
	}
}

// listFlag is a flag that may be repeated, without the library's long-winded
// way of saying so in the help.
type listFlag struct{ *cli.StringSliceFlag }

func (f listFlag) String() string {
	return fmt.Sprintf("--%s value\t%s [$%s]", f.Name, f.Usage, strings.Join(f.GetEnvVars(), ", $"))
}

func validOutput(v string) error {
	if v != "text" && v != "json" {
		return fmt.Errorf("output is text or json, not %q", v)
	}
	return nil
}

func notNegative(d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("a timeout is not negative, as %v is", d)
	}
	return nil
}

func reasonable(n int) error {
	if n < 0 || n > 1000 {
		return fmt.Errorf("retries are 0 to 1000, not %d", n)
	}
	return nil
}

// speakers is a client of the call for speakers.
type speakers = client.Client[json.RawMessage]

// state is what the server last said about a submission.
type state = client.State[json.RawMessage]

// connect makes a client as the flags have it, for one submission or, if ref
// is empty, a new one. It calls heard before each repetition.
func (a *app) connect(c *cli.Command, ref string, heard func(client.Retry)) (*speakers, error) {
	header, err := parseHeaders(c.StringSlice("header"))
	if err != nil {
		return nil, usageError{err}
	}
	retries := c.Int("retries")
	if retries == 0 {
		retries = -1
	}
	s, err := client.New[json.RawMessage](client.Config{
		BaseURL:        server(c, ref),
		Header:         header,
		TrustedOrigins: c.StringSlice("trust"),
		MaxRetries:     retries,
		OnRetry:        heard,
		Sleep:          a.sleep,
	})
	if err != nil {
		return nil, usageError{err}
	}
	return s, nil
}

// server is the URL of the server to ask about a submission; set to nothing is
// as good as not set. Where no server is named, a status URL names one, but
// not if there are headers to send: they may be secrets, and are not for
// whoever made that URL.
func server(c *cli.Command, ref string) string {
	if u := c.String("url"); u != "" && c.IsSet("url") {
		return u
	}
	u, err := url.Parse(ref)
	if err == nil && u.Host != "" && len(c.StringSlice("header")) == 0 {
		return u.Scheme + "://" + u.Host
	}
	return defaultURL
}

func parseHeaders(lines []string) (http.Header, error) {
	h := http.Header{"User-Agent": {"cfs"}}
	for _, line := range lines {
		name, value, found := strings.Cut(line, ":")
		if !found || strings.TrimSpace(name) == "" {
			return nil, fmt.Errorf("a header is NAME:VALUE, such as X-Api-Key:abc")
		}
		h.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return h, nil
}

// patience bounds a command by its timeout.
func patience(ctx context.Context, c *cli.Command) (context.Context, context.CancelFunc) {
	if d := c.Duration("timeout"); d > 0 {
		return context.WithTimeout(ctx, d)
	}
	return context.WithCancel(ctx)
}

// config is what the configuration file says: lines of "name = value", with
// the names of the global flags. Empty lines and lines that begin with # do
// not count.
type config struct {
	path   string
	values map[string]string
}

// configNames are the settings that a file may make.
var configNames = []string{"url", "output", "timeout", "retries", "trust", "header"}

// configPath follows the XDG base directory specification.
func configPath(getenv func(string) string) string {
	if path := getenv("CFS_CONFIG"); path != "" {
		return path
	}
	dir := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(getenv("HOME"), ".config")
	}
	return filepath.Join(dir, "cfs", "config")
}

// readConfig reads a file, which need not be there.
func readConfig(path string) (config, error) {
	c := config{path: path, values: map[string]string{}}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if n == 1 {
			line = strings.TrimPrefix(line, byteOrderMark)
		}
		if err := c.set(strings.TrimSpace(line)); err != nil {
			return c, fmt.Errorf("%s:%d: %w", path, n, err)
		}
	}
	return c, lines.Err()
}

func (c config) set(line string) error {
	if line == "" || line[0] == '#' {
		return nil
	}
	name, value, found := strings.Cut(line, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case !found:
		return errors.New("want a line like: url = https://talks.example.com")
	case !slices.Contains(configNames, name):
		return fmt.Errorf("no such setting: %s (there are %s)", name, strings.Join(configNames, ", "))
	}
	if _, twice := c.values[name]; twice {
		return fmt.Errorf("%s is set twice", name)
	}
	c.values[name] = value
	return nil
}

// sources has a flag fall back to the environment and then to the file.
func (c config) sources(env, name string) cli.ValueSourceChain {
	return cli.NewValueSourceChain(cli.EnvVar(env), setting{c, name})
}

// setting is one value of a file as a source for a flag.
type setting struct {
	config config
	name   string
}

func (s setting) Lookup() (string, bool) {
	v, ok := s.config.values[s.name]
	return v, ok
}

func (s setting) String() string   { return fmt.Sprintf("setting %q in %s", s.name, s.config.path) }
func (s setting) GoString() string { return fmt.Sprintf("setting{%q}", s.name) }
