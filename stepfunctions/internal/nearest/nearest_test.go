package nearest_test

import (
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/nearest"
)

func TestTo(t *testing.T) {
	names := []string{"Charge", "Quote", "Read the item", "c"}
	for name, want := range map[string]string{
		"Chareg": "Charge", "charge": "Charge", "Qoute": "Quote", "Raed the tem": "Read the item",
		"Refund": "", "d": "", "Charge": "", "": "",
	} {
		if got := nearest.To(name, names); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := nearest.MeantIn("Qoute", map[string]int{"Quote": 1}); got != `; did you mean "Quote"?` {
		t.Error(got)
	}
}
