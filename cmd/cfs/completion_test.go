package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Each shell is driven with real keys.
func TestTerminalCompletion(t *testing.T) {
	tests := []struct{ shell, setup string }{
		{"bash", "source /usr/share/bash-completion/bash_completion; source <(cfs completion bash)"},
		{"zsh", "exec zsh -f"},
		{"fish", "cfs completion fish > cfs.fish; exec fish --no-config -C 'source cfs.fish'"},
	}
	for _, tt := range tests {
		t.Run(tt.shell, func(t *testing.T) {
			term := openTerminal(t, 80, "PS1=$ ")
			if _, err := exec.LookPath(tt.shell); err != nil {
				t.Fatal("there is no " + tt.shell + "; make test-terminal installs it")
			}
			if _, err := os.Stat("/usr/share/bash-completion/bash_completion"); tt.shell == "bash" && err != nil {
				t.Fatal("there is no bash-completion; make test-terminal installs it")
			}
			term.keys("cd; clear; "+tt.setup, "Enter")
			if tt.shell == "zsh" {
				term.keys("autoload -U compinit && compinit -u && source <(cfs completion zsh); clear", "Enter")
			}
			term.keys("clear; echo ready", "Enter")
			term.screen(`(?m)^ready`)
			term.keys("cfs sta", "Tab")
			term.screen(`cfs status`)
			term.keys("C-u", "cfs submit --descr", "Tab")
			term.screen(`cfs submit --description`)
		})
	}
}

func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "pwsh"} {
		s := piped(t, nil)
		if code := s.do("completion", shell); code != exitOK || !strings.Contains(s.out.String(), "generate-shell-completion") {
			t.Errorf("%s: exit code %d: %s", shell, code, &s.err)
		}
	}
	s := piped(t, nil)
	if code := s.do("completion", "csh"); code != exitUsage || !strings.Contains(s.err.String(), "no completions for csh: there are bash, zsh") {
		t.Errorf("exit code %d: %s", code, &s.err)
	}
	s = piped(t, nil)
	if code := s.do("submit", "--ti", "--generate-shell-completion"); code != exitOK || s.out.String() != "--title:the talk's title\n--timeout:give up after this long, such as 90s\n" {
		t.Errorf("exit code %d: %s", code, &s.out)
	}
}
