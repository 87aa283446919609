package loan

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"example.org/asynchttpapi/async"
)

// Mailbox is a Desk that is a folder: each case is a letter with the link under
// which an underwriter decides. Only this user may read it, for the link is all
// that deciding takes.
type Mailbox struct{ Folder string }

// Open implements Desk. A letter that is there already is replaced: its link
// would work, too.
func (m Mailbox) Open(_ context.Context, number string, a Application, score int, answer async.Callback) error {
	if err := os.MkdirAll(m.Folder, 0o700); err != nil {
		return err
	}
	letter := fmt.Sprintf("Case %s\n\n%s would like %d.%02d for %d months, and has a score of %d.\n\nDecide before %s:\n%s\n",
		number, a.Applicant, a.AmountCents/100, a.AmountCents%100, a.TermMonths, score, answer.Expires.Format(time.RFC1123), answer.URL)
	file := filepath.Join(m.Folder, number+".txt")
	if err := os.WriteFile(file+".new", []byte(letter), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// Simulated is a Bureau that makes its scores up, the same one for a name.
type Simulated struct{}

// Score implements Bureau.
func (Simulated) Score(_ context.Context, applicant string) (int, error) {
	sum := sha256.Sum256([]byte(applicant))
	return 200 + int(sum[0])*3, nil
}
