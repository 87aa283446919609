package intrinsic

import (
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// stringToJSON reads JSON; a blank text is null, as AWS has it.
func stringToJSON(in input) (any, error) {
	text, err := in.string(0)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	v, err := value.Parse([]byte(text))
	if err != nil {
		return nil, in.fail("%v", err)
	}
	return v, nil
}

func jsonToString(in input) (any, error) {
	if err := in.writable(in.values[0], 0); err != nil {
		return nil, err
	}
	return value.Text(in.values[0]), nil
}

// jsonMerge merges two objects, the second one's members over the first's. AWS
// has no deep merge, and takes any other third argument for false.
func jsonMerge(in input) (any, error) {
	first, err := in.object(0)
	if err != nil {
		return nil, err
	}
	second, err := in.object(1)
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(value.Java(in.values[2]), "true") {
		return nil, in.fail("argument 3 is not false: only shallow merging is supported")
	}
	members := append(append([]value.Member{}, first.Members()...), second.Members()...)
	return value.NewObject(members...), nil
}
