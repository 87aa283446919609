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
		{"f:live:live", "f", "live"},
	} {
		if name, qualifier, ok := splitFunction(c.in); name != c.name || qualifier != c.qualifier || !ok {
			t.Errorf("%s: %q %q %t", c.in, name, qualifier, ok)
		}
	}
	if _, _, ok := splitFunction("arn:aws:lambda:us-east-1:111111111111:function:f:2:3"); ok {
		t.Error("two qualifiers that differ were taken for one")
	}
}
