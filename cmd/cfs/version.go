package main

import (
	"runtime/debug"
	"strings"
)

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
