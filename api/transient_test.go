package api_test

import (
	"slices"
	"testing"

	"example.org/asynchttpapi/api"
)

func TestTransient(t *testing.T) {
	var got []int
	for code := range 600 {
		if api.Transient(code) {
			got = append(got, code)
		}
	}
	if want := []int{408, 425, 429, 500, 502, 503, 504}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
