package template

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// inline is a definition within a SAM template. SAM puts a substitution in the
// place of every intrinsic function, so that what it gives is a text, even
// where it is a number, and is not substituted in again.
type inline struct {
	*template
	substitutions map[string]string
}

func (in inline) value(v any) (any, error) {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			var err error
			if out[i], err = in.value(item); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		if _, _, ok := function(v); ok {
			return in.substitution(v)
		}
		return in.mapping(v)
	}
	return in.evaluate(v)
}

func (in inline) mapping(m map[string]any) (any, error) {
	out := make(map[string]any, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if strings.HasPrefix(name, "Fn::") {
			return nil, onlyOnAWS(name + " beside other members")
		}
		v, err := in.value(m[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = v
	}
	return out, nil
}

func (in inline) substitution(v any) (any, error) {
	evaluated, err := in.evaluate(v)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("definition_substitution_%d", len(in.substitutions)+1)
	in.substitutions[name], err = text(evaluated)
	return "${" + name + "}", err
}
