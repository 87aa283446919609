package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
)

// tool is something that a suite needs, and the Debian package that has it.
type tool struct {
	command, pkg string
	// split is the package that newer systems have the command in; it needs pkg.
	split string
}

// present reports whether the tool is installed.
func (t tool) present() bool {
	switch t.command {
	case "venv": // Debian has it in a package of its own
		return exec.Command("python3", "-c", "import venv, ensurepip").Run() == nil
	case "nginx": // Debian has it where an ordinary user does not look
		_, err := os.Stat("/usr/sbin/nginx")
		return err == nil || exec.Command("nginx", "-v").Run() == nil
	case "node":
		out, err := exec.Command("node", "-p", "process.versions.node.split('.')[0] >= 18").Output()
		return err == nil && strings.TrimSpace(string(out)) == "true"
	case "libc": // which a C compiler comes without
		return exec.Command("gcc", "-E", "-include", "stdlib.h", "-x", "c", os.DevNull).Run() == nil
	case "javac": // the stub of macOS is there without a JDK
		return exec.Command("javac", "-version").Run() == nil
	case "chromium": // internal/e2e/browser/run looks in the same places
		return os.Getenv("CHROMIUM") != "" || slices.ContainsFunc([]string{"chromium", "chromium-browser", "google-chrome"}, func(name string) bool {
			_, err := exec.LookPath(name)
			return err == nil
		})
	case "bash-completion":
		_, err := os.Stat("/usr/share/bash-completion/bash_completion")
		return err == nil
	}
	_, err := exec.LookPath(t.command)
	return err == nil
}

var (
	node     = []tool{{"bash", "bash", ""}, {"node", "nodejs", ""}, {"npm", "npm", ""}}
	python   = []tool{{"python3", "python3", ""}, {"venv", "python3-venv", ""}}
	java     = []tool{{"mvn", "maven", ""}, {"javac", "default-jdk-headless", ""}}
	browser  = []tool{{"chromium", "chromium", ""}}
	nginx    = []tool{{"nginx", "nginx", ""}}
	rust     = []tool{{"cargo", "rustup", ""}}
	native   = []tool{{"g++", "g++", ""}, {"make", "make", ""}} // for a Node module without a binary
	clone    = []tool{{"git", "git", ""}, {"curl", "curl", ""}}
	terminal = []tool{{"tmux", "tmux", ""}, {"zsh", "zsh", ""}, {"fish", "fish", ""}, {"bash-completion", "bash-completion", ""}}
	docker   = []tool{{"docker", "docker.io", "docker-cli"}}
	race     = []tool{{"gcc", "gcc", ""}, {"libc", "libc6-dev", ""}, {"curl", "curl", ""}}
)

func join(lists ...tools) (all tools) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

type tools []tool

// missing returns what of needs is not there, after an attempt to install it
// where that is this command's to do.
func (r *runner) missing(needs tools, out io.Writer) tools {
	r.installing.Lock()
	defer r.installing.Unlock()
	missing := needs.absent()
	if len(missing) == 0 || !r.ci || os.Geteuid() != 0 {
		return missing
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return missing
	}
	if !r.updated {
		r.updated = r.apt(out, "update", "-qq")
	}
	r.install(out, missing.packages()...)
	for _, t := range missing.absent() {
		if t.split != "" {
			r.install(out, t.split)
		}
	}
	return needs.absent()
}

func (r *runner) install(out io.Writer, packages ...string) {
	r.apt(out, append([]string{"install", "-qq", "-y", "--no-install-recommends"}, packages...)...)
}

func (r *runner) apt(out io.Writer, args ...string) bool {
	cmd := exec.CommandContext(r.ctx, "apt-get", args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(out, "apt-get", strings.Join(args, " ")+":", err)
		return false
	}
	return true
}

func (t tools) absent() (all tools) {
	for _, one := range t {
		if !one.present() {
			all = append(all, one)
		}
	}
	return all
}

func (t tools) packages() (names []string) {
	for _, one := range t {
		names = append(names, one.pkg)
	}
	return names
}

// advice says how to install what is missing.
func (t tools) advice() string {
	packages := strings.Join(t.packages(), " ")
	if runtime.GOOS == "linux" {
		return "sudo apt-get install " + packages
	}
	return "install " + packages
}
