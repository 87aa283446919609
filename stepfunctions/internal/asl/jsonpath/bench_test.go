package jsonpath_test

import (
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

func BenchmarkGet(b *testing.B) {
	document, err := value.Parse([]byte(shop))
	if err != nil {
		b.Fatal(err)
	}
	for _, text := range []string{"$.store.book[0].title", "$.store.book[*].title", "$.store.book[?(@.price < 10)].title"} {
		path, err := jsonpath.Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := path.Get(document); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
