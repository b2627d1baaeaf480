package steps

// The record of stops: what shows afterwards whether the machine follows when it
// is asked to stop.

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/clawarium/clawarium/checks"
)

// RecordStop adds a stop to the machine's record. A record that cannot be read is
// begun anew: it is only of use while it is true.
func (e *Env) RecordStop(s checks.Stop) error {
	path := filepath.Join(e.dir, checks.StopsFile)
	var all []checks.Stop
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if json.Unmarshal(data, &all) != nil {
		all = nil
	}
	all = append(all, s)
	if len(all) > checks.MaxStops {
		all = all[len(all)-checks.MaxStops:]
	}
	if data, err = json.MarshalIndent(all, "", "  "); err != nil {
		return err
	}
	return writeFile(path, append(data, '\n'))
}
