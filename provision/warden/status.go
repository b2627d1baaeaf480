package warden

// This file: what the warden says about itself, and how others find out whether it runs.

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Files in the machine's directory, all 0600 and written by the warden alone but for the
// policy, which it only reads.
const (
	PolicyFile  = "egress.json"
	LockFile    = "warden.lock" // held by flock while a warden runs; contains its pid
	StatusFile  = "warden.json"
	LogFile     = "warden.log" // rotated to warden.log.1 and .2
	BlockedFile = "blocked.json"
	JournalFile = "journal.log" // rotated to journal.log.1 to .3
	CursorFile  = "journal.cursor"
)

// Status is what a warden last said about itself. It is written when it has changed, at
// most once a second, and at the end.
type Status struct {
	PID            int       `json:"pid"`
	Version        string    `json:"version"`
	Since          time.Time `json:"since"`
	Connected      bool      `json:"connected"` // the channel is open and the proxy listens in the guest
	ConnectedSince time.Time `json:"connectedSince,omitzero"`
	Trouble        string    `json:"trouble,omitempty"` // why it is not connected, or cannot do its work
	Policy         string    `json:"policy"`            // Policy.Hash of the one in force; empty: none, all is refused
	Level          string    `json:"level"`
	PolicyTrouble  string    `json:"policyTrouble,omitempty"` // why none is in force
	Rules          int       `json:"rules"`
	WallsTrouble   string    `json:"wallsTrouble,omitempty"` // the machine's filter is not in force, and why that could not be mended
	WallsBack      int       `json:"wallsBack,omitempty"`    // how often it was put back since Since
	WallsBackAt    time.Time `json:"wallsBackAt,omitzero"`   // the last time
	Open           int       `json:"open"`                   // connections now
	Allowed        int64     `json:"allowed"`                // decisions since Since
	Refused        int64     `json:"refused"`
	Cut            int64     `json:"cut"`
	JournalAt      time.Time `json:"journalAt,omitzero"`       // when the last line of the guest's journal came
	JournalDropped int64     `json:"journalDropped,omitempty"` // lines that were no journal entries
	JournalTrouble string    `json:"journalTrouble,omitempty"`
}

// ReadStatus returns what the warden of the machine in dir last said, and whether it
// runs. A machine that never had one has an empty Status.
func ReadStatus(dir string) (s Status, running bool, err error) {
	_, running = Running(dir)
	data, err := os.ReadFile(filepath.Join(dir, StatusFile))
	if errors.Is(err, fs.ErrNotExist) {
		return s, running, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if !running {
		s.Connected, s.Open = false, 0
	}
	return s, running, err
}

// Running says whether a warden runs for the machine in dir, by its lock, and its
// process id. It makes nothing.
func Running(dir string) (pid int, ok bool) {
	path := filepath.Join(dir, LockFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	fl := flock.New(path, flock.SetFlag(os.O_RDONLY))
	defer fl.Close()
	if free, err := fl.TryRLock(); free || err != nil {
		return 0, false
	}
	pid, _ = strconv.Atoi(strings.TrimSpace(string(data)))
	return pid, true
}
