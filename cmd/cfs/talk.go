package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v3"
)

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

func talkFlags() []cli.Flag {
	field := func(name, usage string) cli.Flag {
		return &cli.StringFlag{Name: name, Usage: usage, Category: "The talk, if not from a file:"}
	}
	return []cli.Flag{
		field("title", "the talk's title"),
		field("name", "the speaker's name"),
		field("email", "the speaker's e-mail address"),
		field("bio", "who the speaker is; optional"),
		field("country", "the speaker's country, a two-letter code or a name; optional"),
		field("description", "what the talk is about"),
		field("track", "the track it belongs to"),
	}
}

// readTalk takes the talk from the flags, or from the one file named.
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
