package code

// The manifest: what a code disk holds and what it must hash to, as JSON beside
// it. It has no time in it, so that the same disk has the same manifest.

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// manifestFormat changes when the builder lays a disk out differently, so that
// disks of an older clawarium are built anew.
const manifestFormat = 1

// Manifest describes one code disk.
type Manifest struct {
	Format     int       `json:"format"`
	LockHash   string    `json:"lockHash"` // SHA-256 of the lockfile
	Arch       string    `json:"arch"`     // amd64 or arm64
	OpenClaw   string    `json:"openclaw"` // version
	Node       string    `json:"node"`     // version
	SHA256     string    `json:"sha256"`   // of the squashfs
	Size       int64     `json:"size"`     // of the squashfs, bytes
	Files      int       `json:"files"`    // regular files in it
	Content    int64     `json:"content"`  // their sum, bytes
	Mksquashfs string    `json:"mksquashfs"`
	Packages   []Package `json:"packages"`
}

// Package is one package on the disk.
type Package struct {
	Path      string `json:"path"` // below the disk's root
	Name      string `json:"name"`
	Version   string `json:"version"`
	Integrity string `json:"integrity"`         // SHA-512 of the tarball, as in the lockfile
	Dropped   int    `json:"dropped,omitempty"` // files left out, see lifecycle.go
}

func (m Manifest) disk(squashfs, manifest string) Disk {
	return Disk{
		Path: squashfs, Manifest: manifest, SHA256: m.SHA256, Size: m.Size, LockHash: m.LockHash,
		OpenClaw: m.OpenClaw, Node: m.Node, Packages: len(m.Packages),
	}
}

// ReadManifest reads the manifest of a disk in the cache.
func (d Disk) ReadManifest() (Manifest, error) { return readManifest(d.Manifest) }

func readManifest(path string) (Manifest, error) {
	var m Manifest
	data, err := os.ReadFile(path)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(data, &m)
}

// publish gives the finished squashfs and its manifest their final names, the
// manifest last: a disk without one does not count as finished.
func publish(squashfs, finalSquashfs string, m Manifest, finalManifest string) error {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	temp := finalManifest + partial
	if err := writeSynced(temp, append(data, '\n')); err != nil {
		return err
	}
	// An old manifest must not vouch for the new file, should we die between.
	if err := os.Remove(finalManifest); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.Rename(squashfs, finalSquashfs); err != nil {
		return err
	}
	if err := os.Rename(temp, finalManifest); err != nil {
		return err
	}
	return syncPath(filepath.Dir(finalManifest))
}

func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// syncPath makes a file's content, or a directory's names, durable.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
