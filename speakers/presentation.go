// Package speakers is the domain: a call for speakers. It knows what a valid
// presentation is, the stages a committee takes it through, and the words that
// people read meanwhile. It does no I/O and knows neither HTTP nor AWS.
package speakers

import (
	"encoding/json"
	"errors"

	"example.org/asynchttpapi/api"
)

// Presentation is a talk that somebody offers to give.
type Presentation struct {
	Speaker     Speaker `json:"speaker"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Track       string  `json:"track"`
}

// Speaker is the person who would give it.
type Speaker struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	// Bio and Country are optional.
	Bio string `json:"bio,omitempty"`
	// Country is an ISO 3166-1 alpha-2 code or an English name, as given.
	Country string `json:"country,omitempty"`
}

// ErrSyntax says that a body is not JSON at all, as opposed to JSON that is
// not a presentation.
var ErrSyntax = errors.New("the body is not well-formed JSON")

// Parse reads a presentation. It returns ErrSyntax, possibly wrapped, for what
// is not JSON; for JSON that is not a valid presentation it returns every
// problem at once, in the order of the fields above.
//
// Names match without regard to case and unknown members are ignored, an id
// among them, as in the Azure sample. A member given twice counts as given
// last, as in encoding/json.
func Parse(body []byte) (Presentation, []api.FieldError, error) {
	if err := checkSyntax(body); err != nil {
		return Presentation{}, nil, err
	}
	var found problems
	p := readPresentation(body, &found)
	if len(found) > 0 {
		return Presentation{}, found, nil
	}
	return p, nil, nil
}

// Canonical is the presentation as JSON with its members in one order and
// nothing else: equal presentations have equal bytes, however they were sent.
func (p Presentation) Canonical() (json.RawMessage, error) {
	return json.Marshal(p)
}
