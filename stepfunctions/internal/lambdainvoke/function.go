package lambdainvoke

import "strings"

// splitFunction takes the name and the qualifier out of a function name
// (NAME, NAME:QUALIFIER), a partial ARN (ACCOUNT:function:NAME[:QUALIFIER]) or
// an ARN (arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]). A second
// qualifier is the one that the request itself has: ok is false where it is
// not the same.
func splitFunction(function string) (name, qualifier string, ok bool) {
	rest := function
	if _, after, ok := strings.Cut(":"+function, ":function:"); ok {
		rest = after
	}
	name, qualifier, _ = strings.Cut(rest, ":")
	qualifier, asked, twice := strings.Cut(qualifier, ":")
	return name, qualifier, !twice || asked == qualifier
}
