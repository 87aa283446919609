package architecture

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// licences are the licences that a dependency may have, by their SPDX identifiers,
// with words that no other of them has. The first that matches counts.
var licences = []struct{ id, words string }{
	{"MIT and Apache-2.0", "two different licenses: MIT and Apache"},
	{"Apache-2.0", "Apache License Version 2.0, January 2004"},
	{"BSD-3-Clause", "Neither the name"},
	{"BSD-2-Clause", "Redistributions in binary form must reproduce"},
	{"MIT", "Permission is hereby granted, free of charge"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"ISC", "Permission to use, copy, modify, and distribute this software"},
}

// linked modules of each platform that is released, with their folders.
func linkedModules(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}\t{{.Dir}}{{end}}", module+"/...")
		cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			path, dir, ok := strings.Cut(strings.TrimSpace(line), "\t")
			if ok && path != module {
				all[path] = dir
			}
		}
	}
	return all
}

func licenceOf(t *testing.T, dir string) string {
	t.Helper()
	for _, pattern := range []string{"LICENSE*", "LICENCE*", "COPYING*"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(files, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
		for _, file := range files {
			text := strings.Join(strings.Fields(string(readPath(t, file))), " ")
			for _, l := range licences {
				if strings.Contains(text, l.words) {
					return l.id
				}
			}
		}
	}
	return ""
}

// licenceRow is a row of the table of licences.
var licenceRow = regexp.MustCompile("(?m)^\\| (`[^|]+`) \\| ([^|]+) \\|$")

// The table of licences has what is linked, and each with its licence.
func TestLicencesAreListed(t *testing.T) {
	_, table, ok := strings.Cut(string(readFile(t, "docs", "dependencies.md")), "## Licences\n")
	if !ok {
		t.Fatal("docs/dependencies.md has no section Licences")
	}
	table, _, _ = strings.Cut(table, "\n## ")
	listed := map[string]string{}
	for _, row := range licenceRow.FindAllStringSubmatch(table, -1) {
		for name := range strings.SplitSeq(row[1], ",") {
			listed[strings.Trim(name, " `")] = row[2]
		}
	}
	modules := linkedModules(t)
	for path, dir := range modules {
		if licence := licenceOf(t, dir); licence == "" || listed[path] != licence {
			t.Errorf("%s has licence %q, and docs/dependencies.md says %q", path, licence, listed[path])
		}
	}
	for path := range listed {
		if modules[path] == "" {
			t.Errorf("docs/dependencies.md lists the licence of %s, which is not linked", path)
		}
	}
}
