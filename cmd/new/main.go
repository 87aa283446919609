// Command new writes a small project with a job of its own:
//
//	go run ./cmd/new -module example.com/render -stages Transcode,Thumbnail,Publish DIR
//
// The project has the job with its tests, the mains of its functions, the
// generated state machine and API description, a template, and what runs it all
// on one machine. Run from a checkout of the library, the project uses that
// checkout; with -version, or installed with go install, a published version.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
)

func main() {
	// Interrupted, it removes what it has written.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "new:", err)
		os.Exit(1)
	}
}

const usage = `usage: new -module PATH -stages NAME,NAME,... [-version vX.Y.Z] DIR

Writes a project for the module PATH into DIR, which is new or empty. Its job has
stages of these names, such as Transcode,Thumbnail,Publish.

`

// run is main without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("new", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	module := flags.String("module", "", "the module's path, such as example.com/render")
	stages := flags.String("stages", "", "the names of the stages in order, each a capitalized word")
	version := flags.String("version", "", "the library's version; by default the one of this program, or its checkout")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		flags.Usage()
		return fmt.Errorf("want one folder, got %d arguments after the flags", flags.NArg())
	}
	p, err := newProject(*module, strings.Split(*stages, ","))
	if err != nil {
		return err
	}
	if err := p.useLibrary(*version); err != nil {
		return err
	}
	dir := flags.Arg(0)
	if err := p.write(ctx, dir); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "wrote %s: a job with %d stages\n", dir, len(p.Stages))
	if p.Replace != "" {
		fmt.Fprintf(stdout, "its go.mod replaces %s with %s: remove that line once you use a published version\n", p.Library, p.Replace)
	}
	fmt.Fprintf(stdout, "\n    cd %s\n    make test\n    make run\n", dir)
	return nil
}

// useLibrary chooses the version of the library that the project requires.
func (p *project) useLibrary(version string) error {
	if version == "" {
		// A program that was installed knows its version; one that runs from a
		// checkout has no checksum.
		if info, ok := debug.ReadBuildInfo(); ok && info.Main.Path == p.Library && info.Main.Sum != "" {
			version = info.Main.Version
		}
	}
	if version != "" {
		if !versionPattern.MatchString(version) {
			return fmt.Errorf("-version %q: want a version such as v0.1.0", version)
		}
		p.Version = version
		return nil
	}
	checkout, err := findCheckout(p.Library)
	if err != nil {
		return err
	}
	p.Version, p.Replace = "v0.0.0", checkout
	return nil
}
