package local

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Other machines may reach the engine, where that was asked for, and never what
// operators do.
func TestOperatorsAreOnThisMachine(t *testing.T) {
	answer := func(status int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	}
	const operator, engine = http.StatusNoContent, http.StatusAccepted
	h := withOperator(answer(operator), answer(engine))
	for _, tt := range []struct {
		peer, path string
		want       int
	}{
		{"127.0.0.1:5", "/operator/submissions", operator},
		{"[::1]:5", "/operator/submissions", operator},
		{"[::ffff:127.0.0.1]:5", "/operator/submissions", operator},
		{"192.0.2.1:5", "/operator/submissions", http.StatusForbidden},
		{"[2001:db8::1]:5", "/operator/submissions", http.StatusForbidden},
		{"@", "/operator/submissions", http.StatusForbidden},
		{"192.0.2.1:5", "/", engine},
		{"192.0.2.1:5", "/execution", engine},
	} {
		r, w := httptest.NewRequest(http.MethodGet, tt.path, nil), httptest.NewRecorder()
		r.RemoteAddr = tt.peer
		if h.ServeHTTP(w, r); w.Code != tt.want {
			t.Errorf("%s from %s: %d, want %d", tt.path, tt.peer, w.Code, tt.want)
		}
	}
}
