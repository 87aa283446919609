package lambdahost

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// ServeHTTP is Lambda's Invoke operation, the way the SDKs and sam local
// start-lambda speak it.
// Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
func (h *Host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.Path, "/2015-03-31/functions/")
	name, ok2 := strings.CutSuffix(rest, "/invocations")
	if !ok || !ok2 || r.Method != http.MethodPost {
		writeError(w, http.StatusNotFound, "UnknownOperationException", "only Invoke is served here")
		return
	}
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
	if err != nil {
		writeError(w, http.StatusRequestEntityTooLarge, "RequestTooLargeException", "the payload is larger than 6 MB")
		return
	}
	result, err := h.Invoke(r.Context(), functionName(name), payload)
	switch {
	case errors.Is(err, ErrNoFunction):
		writeError(w, http.StatusNotFound, "ResourceNotFoundException", "Function not found: "+name)
	case err != nil:
		writeError(w, http.StatusInternalServerError, "ServiceException", err.Error())
	default:
		if result.FunctionError != "" {
			w.Header().Set("X-Amz-Function-Error", result.FunctionError)
		}
		w.Header().Set("X-Amz-Executed-Version", "$LATEST")
		w.Write(result.Payload)
	}
}

// functionName takes a name, an ARN or either with a qualifier down to the name.
func functionName(s string) string {
	if _, rest, ok := strings.Cut(s, ":function:"); ok {
		s = rest
	}
	name, _, _ := strings.Cut(s, ":")
	return name
}

func writeError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-ErrorType", code)
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"Type": "User", "Message": message})
}
