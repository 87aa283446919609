package lambdainvoke

import "testing"

func TestSplitFunction(t *testing.T) {
	for _, c := range []struct{ in, name, qualifier string }{
		{"f", "f", ""},
		{"f:live", "f", "live"},
		{"111111111111:function:f", "f", ""},
		{"111111111111:function:f:3", "f", "3"},
		{"arn:aws:lambda:us-east-1:111111111111:function:f", "f", ""},
		{"arn:aws:lambda:us-east-1:111111111111:function:f:$LATEST", "f", "$LATEST"},
		{"function:f", "f", ""},
	} {
		if name, qualifier := splitFunction(c.in); name != c.name || qualifier != c.qualifier {
			t.Errorf("%s: %q %q", c.in, name, qualifier)
		}
	}
}
