package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v3"

	"example.org/asynchttpapi/client"
)

func (a *app) submitCommand() *cli.Command {
	return &cli.Command{
		Name:      "submit",
		Usage:     "submit a talk",
		ArgsUsage: "[FILE | -]",
		Description: `The talk is JSON, in a file or on standard input (-), or is described by flags.

Examples:
   cfs submit talk.json
   cfs submit talk.json --wait --timeout 10m && echo approved
   cfs submit --title "Polling, politely" --name "Ada Lovelace" \
      --email ada@example.com --description "How to wait." --track Backend
   cfs submit talk.json --key "$(sha256sum talk.json | cut -c1-32)"

A file looks like this; bio and country are optional:
   {"speaker": {"name": "…", "email": "…", "bio": "…", "country": "GB"},
    "title": "…", "description": "…", "track": "…"}`,
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "wait", Aliases: []string{"w"}, Usage: "watch it until it is decided"},
			&cli.StringFlag{Name: "key", Usage: "idempotency key: the same key and talk are never submitted twice"},
		}, talkFlags()...),
		Action:       a.submit,
		OnUsageError: quietly,
	}
}

func (a *app) submit(ctx context.Context, c *cli.Command) error {
	body, err := a.readTalk(c)
	if err != nil {
		return err
	}
	ctx, cancel := patience(ctx, c)
	defer cancel()
	s, err := a.connect(c, "", a.retrying(c, ""))
	if err != nil {
		return err
	}
	accepted, err := s.Submit(ctx, body, keyOption(c)...)
	if err != nil && !c.Args().Present() {
		err = flagsError{err}
	}
	if err != nil {
		return acceptedYet(accepted, err)
	}
	if c.Bool("wait") {
		a.introduce(c, accepted)
		return a.follow(ctx, c, []target{{ref: accepted.URL, from: accepted}})
	}
	return a.showAccepted(c, accepted)
}

func keyOption(c *cli.Command) []client.SubmitOption {
	if !c.IsSet("key") {
		return nil
	}
	return []client.SubmitOption{client.IdempotencyKey(c.String("key"))}
}

// acceptedYet keeps the id of a talk that was accepted but cannot be followed.
func acceptedYet(s state, err error) error {
	if s.ID == "" {
		return err
	}
	return fmt.Errorf("the talk was accepted as %s, but: %w", clean(s.ID), err)
}

func (a *app) showAccepted(c *cli.Command, s state) error {
	width := a.width(a.stdout)
	switch {
	case c.String("output") == "json":
		return writeJSON(a.stdout, s)
	case width == 0:
		return writeLine(a.stdout, s)
	}
	a.introduce(c, s)
	p := colours(a.getenv, width)
	_, err := fmt.Fprintf(a.stdout, "%s\n%s\n", sentence(s.Submission.Message, width), p.faint("Watch it with: cfs watch "+clean(s.ID)))
	return err
}

// introduce says to a person at a terminal how to find the talk again.
func (a *app) introduce(c *cli.Command, s state) {
	width := a.width(a.stdout)
	if width == 0 || c.String("output") == "json" {
		return
	}
	p := colours(a.getenv, width)
	text := labelled(p, "Talk", clean(s.ID)) + labelled(p, "Status", clean(s.URL))
	if s.CancelURL != "" {
		text += labelled(p, "Cancel", "cfs cancel "+clean(s.CancelURL))
	}
	fmt.Fprintln(a.stdout, text)
}

// retrying returns what says on standard error that a request is being repeated,
// for commands that have no better place for it. Of a server that is not there it
// says so at once, although it may yet start.
func (a *app) retrying(c *cli.Command, ref string) func(client.Retry) {
	return func(r client.Retry) {
		where := ""
		if refused(r.Err) {
			where = "nothing listens at " + host(c, ref) + ": "
		}
		fmt.Fprintf(a.stderr, "cfs: %s%s; trying again in %s\n", where, shortError(r.Err), seconds(r.Delay))
		if h := notRunning(c, ref); r.Attempt == 1 && where != "" && h != "" {
			fmt.Fprintln(a.stderr, h)
		}
	}
}

// byteOrderMark is U+FEFF in UTF-8.
const byteOrderMark = "\xef\xbb\xbf"

// maxTalk bounds what is read, in bytes; no talk that a server takes is larger.
const maxTalk = 1 << 20

// talk is a presentation made from flags. The server checks it.
type talk struct {
	Speaker     speaker `json:"speaker"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Track       string  `json:"track"`
}

type speaker struct {
	Name    string `json:"name"`
	Email   string `json:"email"`
	Bio     string `json:"bio,omitempty"`
	Country string `json:"country,omitempty"`
}

// talkMembers are the members of a talk by the flags that set them.
var talkMembers = []struct{ flag, pointer, usage string }{
	{"title", "/title", "the talk's title"},
	{"name", "/speaker/name", "the speaker's name"},
	{"email", "/speaker/email", "the speaker's email address"},
	{"bio", "/speaker/bio", "who the speaker is; optional"},
	{"country", "/speaker/country", "the speaker's country, a two-letter code or a name; optional"},
	{"description", "/description", "what the talk is about"},
	{"track", "/track", "the track it belongs to"},
}

func talkFlags() []cli.Flag {
	var flags []cli.Flag
	for _, m := range talkMembers {
		flags = append(flags, &cli.StringFlag{Name: m.flag, Usage: m.usage, Category: "The talk, if not from a file:"})
	}
	return flags
}

// flagsError is an error about a talk that was described by flags.
type flagsError struct{ error }

func (e flagsError) Unwrap() error { return e.error }

// flagOf is the flag that sets a member, or its pointer if none does.
func flagOf(pointer string) string {
	for _, m := range talkMembers {
		if m.pointer == pointer {
			return "--" + m.flag
		}
	}
	return pointer
}

// readTalk reads the talk from the flags, or from the one file named.
func (a *app) readTalk(c *cli.Command) (json.RawMessage, error) {
	byFlags := false
	for _, f := range talkFlags() {
		byFlags = byFlags || c.IsSet(f.Names()[0])
	}
	switch {
	case byFlags && c.Args().Present():
		return nil, usageError{errors.New("describe the talk in a file or by flags, not both")}
	case byFlags:
		return json.Marshal(talkFrom(c))
	case c.Args().Len() != 1:
		return nil, usageError{errors.New("name one file with the talk, or - for standard input, or describe it by flags")}
	}
	return a.readFile(c.Args().First())
}

func talkFrom(c *cli.Command) talk {
	return talk{
		Speaker:     speaker{c.String("name"), c.String("email"), c.String("bio"), c.String("country")},
		Title:       c.String("title"),
		Description: c.String("description"),
		Track:       c.String("track"),
	}
}

func (a *app) readFile(name string) (json.RawMessage, error) {
	in := a.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fileError{err}
		}
		defer f.Close()
		in = f
	}
	body, err := io.ReadAll(io.LimitReader(in, maxTalk+1))
	switch {
	case err != nil:
		return nil, fileError{err}
	case len(body) > maxTalk:
		return nil, fileError{fmt.Errorf("%s: larger than %d bytes", name, maxTalk)}
	}
	// Editors put a byte order mark first, which is no part of the JSON (RFC 8259,
	// section 8.1).
	body = bytes.TrimPrefix(body, []byte(byteOrderMark))
	if bytes.HasPrefix(body, []byte("\xff\xfe")) || bytes.HasPrefix(body, []byte("\xfe\xff")) {
		return nil, fileError{fmt.Errorf("%s: its byte order mark is that of UTF-16, and JSON is UTF-8; in PowerShell, Out-File -Encoding utf8 writes that", name)}
	}
	return body, checkJSON(name, body)
}

// checkJSON finds the line that is at fault, which the server cannot know.
func checkJSON(name string, body []byte) error {
	var v any
	err := json.Unmarshal(body, &v)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		line := 1
		for _, b := range body[:min(int(syntax.Offset), len(body))] {
			if b == '\n' {
				line++
			}
		}
		return fileError{fmt.Errorf("%s:%d: not JSON: %v", name, line, syntax)}
	}
	return err
}
