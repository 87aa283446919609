package wire

import (
	"slices"
	"strings"
)

// checkArn answers the service's InvalidArn for text that is no ARN of the
// states service (arn:PARTITION:states:REGION:ACCOUNT:TYPE:ID), and for one
// whose type is not among those that the operation works on.
func checkArn(text string, types ...string) *Fault {
	if !strings.HasPrefix(text, "arn:") {
		return invalidArn("Invalid ARN prefix", text)
	}
	part := strings.SplitN(text, ":", 7)
	switch {
	case len(part) < 7 || part[2] != "states" || part[6] == "":
		return invalidArn("Invalid ARN", text)
	case !slices.Contains(types, part[5]):
		return invalidArn("Resource type not valid in this context", part[5])
	}
	return nil
}
