package lambdahttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how deep a body may nest; no submission needs more.
const maxDepth = 32

// checkJSON refuses what is not one JSON value in UTF-8, and what JSON allows
// but no two readers understand alike: a name that occurs twice in an object
// (RFC 8259, section 4), compared without regard to case as names are here.
// Texts name a position, never content.
func checkJSON(body []byte) error {
	if !utf8.Valid(body) {
		return malformed("The body is not valid UTF-8.")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		return malformed(syntaxDetail(body, err))
	}
	w := walk{Decoder: json.NewDecoder(bytes.NewReader(body))}
	w.UseNumber() // a number is read where it means something, whatever its size
	for {
		token, err := w.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = w.visit(token)
		}
		if err != nil {
			return malformed(fmt.Sprintf("The body is not acceptable at byte %d: %v.", w.InputOffset(), err))
		}
	}
}

func syntaxDetail(body []byte, err error) string {
	var syntax *json.SyntaxError
	if len(bytes.TrimSpace(body)) == 0 {
		return "The body is empty."
	}
	if errors.As(err, &syntax) {
		return fmt.Sprintf("The body is not valid JSON at byte %d.", syntax.Offset)
	}
	return "The body is not valid JSON."
}

// walk goes through the tokens of valid JSON.
type walk struct {
	*json.Decoder
	open []*level
}

// level is an object or array that is open. names is nil for an array.
type level struct {
	names map[string]bool
	// value tells that the next token of an object is a value, not a name.
	value bool
}

func (w *walk) visit(token json.Token) error {
	if delim, ok := token.(json.Delim); ok && (delim == '}' || delim == ']') {
		w.open = w.open[:len(w.open)-1]
		return nil
	}
	if err := w.name(token); err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		w.open = append(w.open, &level{names: map[string]bool{}})
	case json.Delim('['):
		w.open = append(w.open, &level{})
	}
	if len(w.open) > maxDepth {
		return fmt.Errorf("more than %d levels deep", maxDepth)
	}
	return nil
}

// name notes the token if it is a member's name.
func (w *walk) name(token json.Token) error {
	if len(w.open) == 0 || w.open[len(w.open)-1].names == nil {
		return nil
	}
	top := w.open[len(w.open)-1]
	isName := !top.value
	top.value = isName
	if !isName {
		return nil
	}
	name := strings.ToLower(fmt.Sprint(token))
	if top.names[name] {
		return errors.New("a name occurs twice in an object")
	}
	top.names[name] = true
	return nil
}
