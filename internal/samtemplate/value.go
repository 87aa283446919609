package samtemplate

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Ref is a !Ref.
type Ref string

// GetAtt is a !GetAtt.
type GetAtt string

// LogicalID returns the resource whose attribute it is.
func (g GetAtt) LogicalID() string {
	id, _, _ := strings.Cut(string(g), ".")
	return id
}

// join is a !Join of a list by a separator.
type join struct {
	by   string
	list any
}

// value is a scalar, a Ref, a GetAtt, a join, or another intrinsic by its tag.
type value struct{ any }

// UnmarshalYAML implements yaml.Unmarshaler.
func (v *value) UnmarshalYAML(node *yaml.Node) error {
	switch {
	case node.Tag == "!Ref":
		v.any = Ref(node.Value)
	case node.Tag == "!GetAtt":
		v.any = GetAtt(node.Value)
	case node.Tag == "!Join" && len(node.Content) == 2:
		var inner value
		if err := inner.UnmarshalYAML(node.Content[1]); err != nil {
			return err
		}
		v.any = join{by: node.Content[0].Value, list: inner.any}
	case node.Kind == yaml.ScalarNode && !strings.HasPrefix(node.Tag, "!") || strings.HasPrefix(node.Tag, "!!"):
		v.any = node.Value
	default:
		v.any = fmt.Errorf("%s is not understood", node.Tag)
	}
	return nil
}

// resolve makes the string that CloudFormation would. A list parameter's value
// is its items split by commas, whichever way they are joined again.
func resolve(v any, known map[string]string) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case Ref:
		if value, ok := known[string(v)]; ok {
			return value, nil
		}
		return "", fmt.Errorf("nothing is known of %s", string(v))
	case join:
		inner, err := resolve(v.list, known)
		return strings.ReplaceAll(inner, ",", v.by), err
	case error:
		return "", v
	}
	return "", fmt.Errorf("%T is not understood", v)
}
