package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
)

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
		if err := c.set(strings.TrimSpace(lines.Text())); err != nil {
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
