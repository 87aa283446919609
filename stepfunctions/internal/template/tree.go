package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

const (
	// maxDepth is more than a template needs. An anchor that contains itself
	// has no end.
	maxDepth = 200
	// maxNodes bounds what aliases may repeat: ten lists of ten aliases each
	// are ten thousand million nodes.
	maxNodes = 1 << 18
)

// reader makes a tree of YAML's nodes: maps, lists, texts, numbers, truth
// values and nil, as encoding/json would.
type reader struct {
	// short reports whether short forms of intrinsic functions become their long
	// ones: !Ref x is {"Ref": "x"}. Elsewhere they are rejected.
	short bool
	// ordered has mappings become *value.Object, in the order of the text, and
	// not maps.
	ordered bool
	// warn gets keys that occur twice.
	warn func(what string)
	left int
}

// read reads a template in YAML or JSON, with intrinsic functions in their short
// forms. warn gets what is hardly meant.
func read(text []byte, warn func(string)) (any, error) {
	// JSON is YAML, but for its tabs.
	if json.Valid(text) {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var v any
		err := decoder.Decode(&v)
		return v, err
	}
	return (&reader{short: true, warn: warn}).read(text)
}

func (r *reader) read(text []byte) (any, error) {
	if at, ok := invalidUTF8(text); ok {
		return nil, fmt.Errorf("%s: it is not UTF-8", at)
	}
	var document, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		return nil, syntaxError(err)
	}
	if len(document.Content) == 0 {
		return nil, errors.New("it is empty")
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, at(&second, "a second document begins")
	} else if !errors.Is(err, io.EOF) {
		return nil, syntaxError(err)
	}
	r.left = maxNodes
	return r.node(document.Content[0], maxDepth)
}

// invalidUTF8 returns the line and the column of what is no character, unless the
// text begins as UTF-16 does.
func invalidUTF8(text []byte) (at string, invalid bool) {
	if utf8.Valid(text) || bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return "", false
	}
	offset := 0
	for r, n := utf8.DecodeRune(text); r != utf8.RuneError || n > 1; r, n = utf8.DecodeRune(text[offset:]) {
		offset += n
	}
	before := text[:offset]
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("line %d, column %d", bytes.Count(before, []byte("\n"))+1, column), true
}

func (r *reader) node(node *yaml.Node, depth int) (any, error) {
	if r.left--; r.left < 0 {
		return nil, errors.New("its YAML aliases expand to too large a document")
	}
	if depth == 0 {
		return nil, at(node, "it is nested too deeply")
	}
	if name := longForm(node.Tag); name != "" {
		return r.function(name, node, depth)
	}
	switch node.Kind {
	case yaml.AliasNode:
		return r.node(node.Alias, depth-1)
	case yaml.MappingNode:
		return r.mapping(node, depth-1)
	case yaml.SequenceNode:
		return r.sequence(node, depth-1)
	}
	if v, ok := truth[node.Value]; ok && r.short && node.Style == 0 {
		return v, nil
	}
	return scalar(node)
}

// longForm returns the name of the intrinsic function that a tag stands for, "" for
// a tag that is none.
func longForm(tag string) string {
	name, ok := strings.CutPrefix(tag, "!")
	switch {
	case !ok || name == "" || strings.HasPrefix(name, "!"):
		return ""
	case name == "Ref" || name == "Condition":
		return name
	}
	return "Fn::" + name
}

func (r *reader) function(name string, node *yaml.Node, depth int) (any, error) {
	if !r.short {
		return nil, at(node, "%s has no meaning here: only DefinitionSubstitutions are made in it", node.Tag)
	}
	if node.Kind == yaml.ScalarNode {
		return map[string]any{name: node.Value}, nil
	}
	plain := *node
	plain.Tag = ""
	argument, err := r.node(&plain, depth-1)
	return map[string]any{name: argument}, err
}

func (r *reader) sequence(node *yaml.Node, depth int) (any, error) {
	out := make([]any, len(node.Content))
	for i, item := range node.Content {
		v, err := r.node(item, depth)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// syntaxError returns err with the line and the column that the parser stopped at.
func syntaxError(err error) error {
	var syntax *yaml.LoadError
	if !errors.As(err, &syntax) || syntax.Mark.Line == 0 {
		return err
	}
	began := ""
	if syntax.ContextMsg != "" && syntax.ContextMark.Line != 0 && syntax.ContextMark != syntax.Mark {
		began = fmt.Sprintf(" (%s that begins in line %d, column %d)", syntax.ContextMsg, syntax.ContextMark.Line, syntax.ContextMark.Column)
	}
	return fmt.Errorf("line %d, column %d: %s%s", syntax.Mark.Line, syntax.Mark.Column, syntax.Message, began)
}

// at returns an error about a place in the text.
func at(node *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("line %d, column %d: %w", node.Line, node.Column, fmt.Errorf(format, args...))
}

// mapping reads a mapping. Of a key that occurs twice the last value counts, as
// it does for the SAM CLI and CloudFormation; that is hardly meant.
func (r *reader) mapping(node *yaml.Node, depth int) (any, error) {
	own := map[string]any{}
	var names []string
	merged := brought{names: map[string]bool{}}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		member, err := r.node(node.Content[i+1], depth)
		_, twice := own[key.Value]
		switch {
		case err != nil:
			return nil, err
		case key.Kind != yaml.ScalarNode:
			return nil, at(key, "a key is not a text")
		case key.ShortTag() == "!!merge":
			if !merged.merge(member) {
				return nil, at(key, "<< wants a mapping, or a list of them")
			}
		default:
			if twice && r.warn != nil {
				r.warn(at(key, "%q is there twice: the last one counts", key.Value).Error())
			}
			if !twice {
				names = append(names, key.Value)
			}
			own[key.Value] = member
		}
	}
	if r.ordered {
		return ordered(names, own, merged.members), nil
	}
	for _, m := range merged.members {
		if _, there := own[m.Name]; !there {
			own[m.Name] = m.Value
		}
	}
	return own, nil
}

// ordered returns the mapping with its own keys in their order, and after them those
// that a merge key brought, in theirs.
func ordered(names []string, own map[string]any, merged []value.Member) *value.Object {
	all := make([]value.Member, 0, len(own)+len(merged))
	for _, name := range names {
		all = append(all, value.Member{Name: name, Value: own[name]})
	}
	for _, m := range merged {
		if _, there := own[m.Name]; !there {
			all = append(all, m)
		}
	}
	return value.NewObject(all...)
}

// brought is what merge keys (<<) bring, each name once.
type brought struct {
	members []value.Member
	names   map[string]bool
}

// merge adds what a merge key brings. What is there already wins.
// https://yaml.org/type/merge.html
func (b *brought) merge(from any) bool {
	switch from := from.(type) {
	case *value.Object:
		for _, m := range from.Members() {
			b.add(m)
		}
		return true
	case map[string]any:
		for name, v := range from {
			b.add(value.Member{Name: name, Value: v})
		}
		return true
	case []any:
		for _, item := range from {
			if _, isList := item.([]any); isList || !b.merge(item) {
				return false
			}
		}
		return true
	}
	return false
}

func (b *brought) add(m value.Member) {
	if !b.names[m.Name] {
		b.names[m.Name] = true
		b.members = append(b.members, m)
	}
}

// truth are the truth values that YAML 1.1 has besides true and false, and the
// SAM CLI and CloudFormation with it. https://yaml.org/type/bool.html
var truth = map[string]bool{
	"yes": true, "Yes": true, "YES": true, "on": true, "On": true, "ON": true,
	"no": false, "No": false, "NO": false, "off": false, "Off": false, "OFF": false,
}

// scalar keeps numbers as they are written, and takes dates for the texts that
// they are in a template.
func scalar(node *yaml.Node) (any, error) {
	switch node.ShortTag() {
	case "!!int", "!!float":
		return number(node)
	case "!!bool":
		var v bool
		if err := node.Decode(&v); err != nil {
			return nil, at(node, "%q is not true or false", node.Value)
		}
		return v, nil
	case "!!null":
		return nil, nil
	}
	return node.Value, nil
}

// zeros begin an account's number, say, which is not meant to be octal.
var zeros = regexp.MustCompile(`^0[0-9]+$`)

func number(node *yaml.Node) (any, error) {
	switch {
	case json.Valid([]byte(node.Value)):
		return json.Number(node.Value), nil
	case zeros.MatchString(node.Value):
		return node.Value, nil
	}
	// Forms that JSON does not have: 0x1F, 1_000, +1, .5, and .inf, which it
	// cannot have.
	var v any
	err := node.Decode(&v)
	text, cannot := json.Marshal(v)
	if err != nil || cannot != nil {
		return nil, at(node, "%q is not a number that JSON has", node.Value)
	}
	return json.Number(text), nil
}
