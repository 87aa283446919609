package openapitest

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
)

// Exchange is one request and what was answered.
type Exchange struct {
	Test           string
	Beyond         bool
	Method, URL    string
	Header         http.Header
	Body           []byte
	Code           int
	ResponseHeader http.Header
	ResponseBody   []byte
}

// note writes an exchange to a file of its own: tests run side by side.
func note(folder string, e Exchange) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, "*.json")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// Exchanges reads what was noted in a folder.
func Exchanges(folder string) ([]Exchange, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	all := make([]Exchange, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}
