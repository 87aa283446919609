package server

import (
	"errors"
	"fmt"
	"strings"
)

// parametersVariable is read before the flags, which win name by name.
const parametersVariable = "STEPFUNCTIONS_PARAMETERS"

// parameters are the values of a template's parameters. It is a flag.Value.
type parameters map[string]string

func (p parameters) String() string { return "" }

// Set takes NAME=VALUE.
func (p parameters) Set(pair string) error {
	name, value, ok := strings.Cut(pair, "=")
	if !ok || name == "" {
		return errors.New("it is not NAME=VALUE")
	}
	p[name] = value
	return nil
}

// read takes the pairs of the environment variable.
func (p parameters) read(pairs string) error {
	for pair := range strings.FieldsSeq(pairs) {
		if err := p.Set(pair); err != nil {
			return fmt.Errorf("%s: %q: %w", parametersVariable, pair, err)
		}
	}
	return nil
}
