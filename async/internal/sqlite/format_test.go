package sqlite

import (
	"crypto/sha256"
	"fmt"
	"testing"

	database "example.org/asynchttpapi/internal/sqlite"
)

// formats are the hashes of the store's tables in each format. A program that
// makes other tables writes another format: raise database.FormatVersion, keep a
// folder of the format before in testdata, and write the migration.
var formats = map[int]string{
	3: "0a7553586d0c4a68",
}

func TestTablesBelongToTheFormat(t *testing.T) {
	if hash := fmt.Sprintf("%x", sha256.Sum256([]byte(Schema.Script())))[:16]; hash != formats[database.FormatVersion] {
		t.Errorf("format %d has the tables %s, these are %s", database.FormatVersion, formats[database.FormatVersion], hash)
	}
}
