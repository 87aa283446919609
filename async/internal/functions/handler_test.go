package functions

import (
	"context"
	"fmt"
	"sync"
	"testing"
)

// Responses of concurrent invocations do not share memory.
func TestHandlerConcurrently(t *testing.T) {
	h := handlerOf(func(_ context.Context, in string) (string, error) { return in, nil })
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 200 {
				want := fmt.Sprintf(`"%d-%d"`, worker, i)
				if got, err := h.Invoke(t.Context(), []byte(want)); err != nil || string(got) != want {
					t.Errorf("got %s, %v, want %s", got, err, want)
				}
			}
		})
	}
	all.Wait()
}
