package checks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// Records that clawarium keeps in the machine's directory: how its stops went,
// and the backups.

// StopsFile is where `clawarium stop` notes how each stop went, BackupsDir where
// backups are, both in the machine's directory.
const (
	StopsFile  = "stops.json"
	BackupsDir = "backups"
)

// MaxStops is how many stops are remembered.
const MaxStops = 20

// Stop is one stop of the machine.
type Stop struct {
	When    time.Time `json:"when"`
	Seconds float64   `json:"seconds"` // from the request until it was off
	Forced  bool      `json:"forced"`  // it did not follow the request and was cut off
}

// Stops are the last ones, oldest first.
type Stops struct {
	Last []Stop `json:"last"`
}

func readStops(dir string) (Stops, error) {
	if dir == "" {
		return Stops{}, errors.New(text.T().Checks.Host.NoDirectory)
	}
	data, err := readSome(filepath.Join(dir, StopsFile), 1<<20)
	if errors.Is(err, fs.ErrNotExist) {
		return Stops{Last: []Stop{}}, nil
	}
	if err != nil {
		return Stops{}, err
	}
	var s Stops
	if json.Unmarshal(data, &s.Last) != nil {
		return Stops{}, errors.New(text.T().Checks.Malformed)
	}
	if len(s.Last) > MaxStops {
		s.Last = s.Last[len(s.Last)-MaxStops:]
	}
	return s, nil
}

// Backups are what is in the directory of backups.
type Backups struct {
	Dir    string   `json:"dir"`
	Found  int      `json:"found"`  // in all
	Newest *Backup  `json:"newest"` // nil when there is none
	Loose  []string `json:"loose"`  // older backups without a checksum beside them
}

// Backup is a file, and what was written of it when it was made.
type Backup struct {
	Name   string    `json:"name"`
	Size   int64     `json:"size"`             // bytes
	Made   time.Time `json:"made"`             // when it was last written to
	Listed string    `json:"listed,omitempty"` // SHA-256 in the file beside it
	SHA256 string    `json:"sha256"`           // of all its bytes, computed now
}

func readBackups(ctx context.Context, dir string) (Backups, error) {
	if dir == "" {
		return Backups{}, errors.New(text.T().Checks.Host.NoDirectory)
	}
	b := Backups{Dir: filepath.Join(dir, BackupsDir), Loose: []string{}}
	entries, err := os.ReadDir(b.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Backups{}, err
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.Contains(name, ".tar") || strings.HasSuffix(name, ".sha256") || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // gone meanwhile
		}
		b.Found++
		found := &Backup{Name: name, Size: info.Size(), Made: info.ModTime().UTC().Truncate(time.Second)}
		older := found
		if b.Newest == nil || found.Made.After(b.Newest.Made) {
			b.Newest, older = found, b.Newest
		}
		if older != nil && listedSum(filepath.Join(b.Dir, older.Name)) == "" && len(b.Loose) < 20 {
			b.Loose = append(b.Loose, older.Name)
		}
	}
	slices.Sort(b.Loose)
	if b.Newest == nil {
		return b, nil
	}
	path := filepath.Join(b.Dir, b.Newest.Name)
	b.Newest.Listed = listedSum(path)
	b.Newest.SHA256, err = sumOf(ctx, path)
	return b, err
}

// listedSum is the digest in the file beside a backup, in the form of sha256sum:
// lower-case digits, two spaces, the name. "" when there is none that fits.
func listedSum(path string) string {
	data, err := readSome(path+".sha256", 4096)
	if err != nil {
		return ""
	}
	sum, name, ok := strings.Cut(strings.TrimRight(string(data), "\n"), "  ")
	raw, err := hex.DecodeString(sum)
	if !ok || err != nil || len(raw) != sha256.Size || sum != strings.ToLower(sum) || name != filepath.Base(path) {
		return ""
	}
	return sum
}

func sumOf(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	for ctx.Err() == nil {
		_, err := io.CopyN(h, f, 8<<20)
		if err == io.EOF {
			return hex.EncodeToString(h.Sum(nil)), nil
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
	}
	return "", ctx.Err()
}
