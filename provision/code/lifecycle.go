package code

// OpenClaw's install script, done without running it. A fresh package carries a
// marker; the script deletes every file below dist that is not in the package's
// own inventory, then the marker. With the marker still there OpenClaw wants to
// do this itself when it starts, and cannot on a read-only disk.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

const (
	lifecycleMarker    = openclawPkg + "/.openclaw-lifecycle-pending"
	lifecycleInventory = "dist/postinstall-inventory.json"
	maxInventory       = 16 << 20 // bytes
)

// lifecycle watches OpenClaw's files go by and says which should have stayed out.
type lifecycle struct {
	dist      []string
	inventory bytes.Buffer
	found     bool
}

// seen is told every file of the package; it wants the inventory's content.
func (l *lifecycle) seen(name string) io.Writer {
	if name == lifecycleInventory {
		l.found = true
		return limitedWriter{&l.inventory}
	}
	if strings.HasPrefix(name, "dist/") {
		l.dist = append(l.dist, name)
	}
	return nil
}

// stale returns the places of the files that the install script would delete.
// Like the script, it deletes nothing when there is no inventory.
func (l *lifecycle) stale(p *pkg) ([]string, error) {
	if !l.found {
		return nil, nil
	}
	var kept []string
	if err := json.Unmarshal(l.inventory.Bytes(), &kept); err != nil {
		return nil, &text.Fault{What: fmt.Sprintf(text.T().Code.BadInventory, p, lifecycleInventory), Hint: text.T().Code.DoNotUseHint, Err: err}
	}
	keep := make(map[string]bool, len(kept))
	for _, name := range kept {
		keep[name] = true
	}
	var stale []string
	for _, name := range l.dist {
		if !keep[name] {
			stale = append(stale, path.Join(p.path, name))
		}
	}
	return stale, nil
}

// limitedWriter takes no more than an inventory can sensibly have.
type limitedWriter struct{ b *bytes.Buffer }

func (w limitedWriter) Write(p []byte) (int, error) {
	if w.b.Len()+len(p) > maxInventory {
		return 0, io.ErrShortBuffer
	}
	return w.b.Write(p)
}
