package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
)

// Load reads every case of the kinds below a folder KIND/TIER/*.json, in the
// order of their paths.
func Load(folder fs.FS, kinds ...string) ([]Case, error) {
	var all []Case
	for _, kind := range kinds {
		paths, err := fs.Glob(folder, kind+"/*/*.json")
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			c, err := load(folder, path)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			all = append(all, c)
		}
	}
	return all, nil
}

func load(folder fs.FS, path string) (Case, error) {
	text, err := fs.ReadFile(folder, path)
	if err != nil {
		return Case{}, err
	}
	c := Case{Tier: filepath.Base(filepath.Dir(path))}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return c, decoder.Decode(&c)
}
