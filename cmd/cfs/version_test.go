package main

import (
	"runtime/debug"
	"testing"
)

func TestVersion(t *testing.T) {
	const revision = "b49ae389aafeb0fef99df4e41ba91d4467ea1287"
	info := func(module, revision, modified string) *debug.BuildInfo {
		i := &debug.BuildInfo{Main: debug.Module{Version: module}}
		if revision != "" {
			i.Settings = []debug.BuildSetting{{Key: "vcs.revision", Value: revision}, {Key: "vcs.modified", Value: modified}}
		}
		return i
	}
	tests := []struct {
		name string
		info *debug.BuildInfo
		want string
	}{
		{"tagged", info("v1.2.3", revision, "false"), "v1.2.3 (b49ae389aafe)"},
		{"untagged", info("v0.0.0-20261125214333-b49ae389aafe+dirty", revision, "true"), "v0.0.0-20261125214333-b49ae389aafe+dirty"},
		{"modified, of a module without a version", info("(devel)", revision, "true"), "(devel) (b49ae389aafe, modified)"},
		{"no revision", info("(devel)", "", ""), "(devel)"},
		{"no version", info("", "", ""), "(devel)"},
		{"a short revision", info("v1.2.3", "17", "false"), "v1.2.3 (17)"},
		{"nothing known", nil, "unknown"},
	}
	for _, tt := range tests {
		if got := version(tt.info); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
