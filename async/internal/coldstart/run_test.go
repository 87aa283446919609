package main

import (
	"os"
	"strings"
	"testing"
)

func TestEveryBinaryIsMeasured(t *testing.T) {
	endpoint := os.Getenv("DYNAMODB_ENDPOINT")
	if endpoint == "" {
		t.Skip("NOT RUN: DYNAMODB_ENDPOINT is not set; .ci/dynalite/run sets it")
	}
	t.Chdir("../../..")
	var out strings.Builder
	if err := run(t.Context(), endpoint, 1, 2, &out); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"empty", "connected", "trusting", "all roots", "status", "submit", "moderate", "shortlist", "select"} {
		if !strings.Contains(out.String(), "\n"+name+" ") {
			t.Errorf("nothing about %s:\n%s", name, &out)
		}
	}
}

func TestMedian(t *testing.T) {
	if median([]int{9, 1, 5}) != 5 || median([]int(nil)) != 0 {
		t.Error("that is no median")
	}
}
