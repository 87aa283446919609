package wire

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
)

// defaultPage is how many entries a list answers when it is not told.
const defaultPage = 100

// pageToken says where a list goes on. It is opaque to callers, and good only
// for the same question: Of is a fingerprint of what was asked.
type pageToken struct {
	Of   []byte `json:"o"`
	From string `json:"f"`
}

func fingerprint(question any) []byte {
	text, err := json.Marshal(question)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(text)
	return sum[:6]
}

// nextToken makes the token of the page that begins at from.
func nextToken(question any, from string) *string {
	text, err := json.Marshal(pageToken{Of: fingerprint(question), From: from})
	if err != nil {
		return nil
	}
	token := base64.RawURLEncoding.EncodeToString(text)
	return &token
}

// pageStart is where the page of a token begins, empty for the first page.
func pageStart(token *string, question any) (string, *Fault) {
	if token == nil {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(*token)
	if err != nil {
		return "", invalidToken()
	}
	var t pageToken
	if json.Unmarshal(text, &t) != nil || string(t.Of) != string(fingerprint(question)) {
		return "", invalidToken()
	}
	return t.From, nil
}

// pageSize is how many entries a page has; 0 asks for the default, as the API
// reference says.
func pageSize(maxResults *int64) int {
	if maxResults == nil || *maxResults == 0 {
		return defaultPage
	}
	return int(*maxResults)
}
