// Package guest is everything that clawarium does inside the machine: the keys
// it knocks with, the seed of the first boot, one SSH session with pinned host
// keys, and the steps that are taken there, each as a check, a change and a
// way back in POSIX shell.
//
// Nothing here trusts on first use. The host key of the first boot is made on
// the host and travels in the seed; it is good for one session only, in which
// the machine makes its own (see hostkey.go).
package guest

// This file: ed25519 key pairs, and the private file of the keeper's.

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"golang.org/x/crypto/ssh"

	"github.com/clawarium/clawarium/assets/text"
)

// KeyPair is an ed25519 key pair in the forms that SSH uses.
type KeyPair struct {
	Private []byte // OpenSSH PEM, not encrypted
	Public  string // one authorized_keys line without a newline: type, key, comment
	Signer  ssh.Signer
}

// NewKeyPair makes a key pair from the system's random source. The comment
// must be empty or one word.
func NewKeyPair(comment string) (KeyPair, error) {
	if strings.ContainsAny(comment, " \t\r\n") {
		return KeyPair{}, fmt.Errorf("key comment %q is not one word", comment)
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return KeyPair{}, err
	}
	block, err := ssh.MarshalPrivateKey(private, comment)
	if err != nil {
		return KeyPair{}, err
	}
	return keyPair(pem.EncodeToMemory(block), private, comment)
}

func keyPair(pemBytes []byte, private ed25519.PrivateKey, comment string) (KeyPair, error) {
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return KeyPair{}, err
	}
	public := strings.TrimSuffix(string(ssh.MarshalAuthorizedKey(signer.PublicKey())), "\n")
	if comment != "" {
		public += " " + comment
	}
	return KeyPair{Private: pemBytes, Public: public, Signer: signer}, nil
}

// ParseKeyPair reads an OpenSSH private key, which must be ed25519 and not
// encrypted.
func ParseKeyPair(pemBytes []byte, comment string) (KeyPair, error) {
	raw, err := ssh.ParseRawPrivateKey(pemBytes)
	if err != nil {
		return KeyPair{}, err
	}
	private, ok := raw.(*ed25519.PrivateKey)
	if !ok {
		return KeyPair{}, errors.New("not an ed25519 key")
	}
	return keyPair(pemBytes, *private, comment)
}

// EnsureKeyFile returns the key pair in path, making it if there is none. The
// file gets mode 0600 and appears whole or not at all. A file that others can
// read or that holds no ed25519 key is refused with a *text.Fault and left as
// it is.
func EnsureKeyFile(path, comment string) (KeyPair, error) {
	pair, err := ReadKeyFile(path, comment)
	if !errors.Is(err, fs.ErrNotExist) {
		return pair, err
	}
	if pair, err = NewKeyPair(comment); err != nil {
		return KeyPair{}, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return KeyPair{}, err
	}
	if err := renameio.WriteFile(path, pair.Private, 0o600, renameio.IgnoreUmask()); err != nil {
		return KeyPair{}, err
	}
	return pair, nil
}

// ReadKeyFile reads a private key file as EnsureKeyFile makes it. The error is
// fs.ErrNotExist when there is no such file.
func ReadKeyFile(path, comment string) (KeyPair, error) {
	info, err := os.Stat(path)
	if err != nil {
		return KeyPair{}, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return KeyPair{}, &text.Fault{
			What: fmt.Sprintf(text.T().Guest.KeyTooOpen, path, mode),
			Hint: fmt.Sprintf(text.T().Guest.KeyTooOpenHint, path),
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return KeyPair{}, err
	}
	pair, err := ParseKeyPair(data, comment)
	if err != nil {
		return KeyPair{}, &text.Fault{
			What: fmt.Sprintf(text.T().Guest.KeyUnreadable, path),
			Hint: text.T().Guest.KeyUnreadableHint, Err: err,
		}
	}
	return pair, nil
}
