package asyncgen_test

import (
	"testing"

	"example.org/asynchttpapi/async/asyncgen"
)

func TestOpenAPIsAreAsInTestdata(t *testing.T) {
	for _, job := range jobs()[:2] {
		text, err := asyncgen.OpenAPI(job, asyncgen.Info{Title: "Orders", Description: "Sells things."})
		if err != nil {
			t.Fatal(err)
		}
		golden(t, job.Describe().Name+".openapi.yaml", text)
	}
}
