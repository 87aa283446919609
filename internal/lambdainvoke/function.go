package lambdainvoke

import "strings"

// splitFunction takes the name and the qualifier out of a function name
// (NAME, NAME:QUALIFIER), a partial ARN (ACCOUNT:function:NAME[:QUALIFIER]) or
// an ARN (arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]).
func splitFunction(function string) (name, qualifier string) {
	rest := function
	if _, after, ok := strings.Cut(":"+function, ":function:"); ok {
		rest = after
	}
	name, qualifier, _ = strings.Cut(rest, ":")
	return name, qualifier
}
