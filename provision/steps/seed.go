package steps

// The keys that let clawarium into the machine, and the seed that brings them
// there at the first boot.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/guest"
)

func (e *Env) keeperKey() string  { return filepath.Join(e.dir, "keeper_ed25519") }
func (e *Env) oneTimeKey() string { return filepath.Join(e.dir, "first_boot_ed25519") }

func (e *Env) pins() guest.Pins {
	return guest.Pins{Path: filepath.Join(e.dir, "known_hosts"), Name: layout.Domain(e.Plan.Name)}
}

// keysStep makes the keeper's key, and the host key of the first session.
func (e *Env) keysStep() provision.Step {
	return provision.Step{
		ID: stepKeys, Title: e.text().Keys, Ensures: []checks.ID{"K5"}, Deadline: time.Minute,
		Holds: func(context.Context) (bool, error) {
			if there, err := exists(e.keeperKey()); err != nil || !there {
				return false, err
			}
			pins, err := e.pins().Keys()
			return len(pins) > 0, err
		},
		Do: func(context.Context, json.RawMessage, provision.Reporter) error {
			if _, err := guest.EnsureKeyFile(e.keeperKey(), layout.Keeper); err != nil {
				return err
			}
			if e.record.FirstBoot {
				return nil // the one-time key has done its work
			}
			oneTime, err := guest.EnsureKeyFile(e.oneTimeKey(), "first-boot")
			if err != nil {
				return err
			}
			return e.pins().Set(oneTime.Signer.PublicKey())
		},
		Undo: func(context.Context, json.RawMessage, provision.Reporter) error {
			var errs []error
			for _, path := range []string{e.keeperKey(), e.oneTimeKey(), e.pins().Path, filepath.Join(e.dir, consoleFile)} {
				if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
					errs = append(errs, err)
				}
			}
			return errors.Join(errs...)
		},
	}
}

func (e *Env) seedConfig() (guest.SeedConfig, error) {
	keeper, err := guest.ReadKeyFile(e.keeperKey(), layout.Keeper)
	if err != nil {
		return guest.SeedConfig{}, err
	}
	oneTime, err := guest.ReadKeyFile(e.oneTimeKey(), "first-boot")
	if err != nil {
		return guest.SeedConfig{}, err
	}
	c := e.choices
	return guest.SeedConfig{
		InstanceID: c.UUID, Hostname: e.Plan.Name, KeeperKey: keeper.Public, HostKey: oneTime,
		MAC: c.MAC, Address: fmt.Sprintf("%s/%d", c.GuestIP, c.Prefix),
	}, nil
}

// seedStep puts the seed into the pool, until the guest has read it.
func (e *Env) seedStep() provision.Step {
	name := layout.Seed(e.Plan.Name)
	verified := false
	return provision.Step{
		ID: stepSeed, Title: e.text().Seed, Deadline: time.Minute,
		Holds: func(ctx context.Context) (bool, error) {
			if e.record.FirstBoot {
				return true, nil
			}
			there, err := e.volumeThere(ctx, name)
			return there && (verified || e.begun(ctx)), err
		},
		Do: func(ctx context.Context, _ json.RawMessage, r provision.Reporter) error {
			p, err := e.mustPool(ctx)
			if err != nil {
				return err
			}
			config, err := e.seedConfig()
			if err != nil {
				return err
			}
			seed, err := guest.Seed(config)
			if err != nil {
				return err
			}
			if err := p.DeleteVolume(ctx, name); err != nil {
				return err
			}
			if _, err := p.UploadFrom(ctx, name, bytes.NewReader(seed), int64(len(seed)), true, r); err != nil {
				return err
			}
			verified = true
			return nil
		},
		Undo: func(ctx context.Context, _ json.RawMessage, _ provision.Reporter) error {
			verified = false
			return e.deleteVolume(ctx, name)
		},
	}
}

// begun says whether the domain exists already, with the seed attached: then
// the seed may have been read and must not be replaced.
func (e *Env) begun(ctx context.Context) bool {
	conn, err := e.Conn(ctx)
	if err != nil {
		return false
	}
	d, err := conn.Domain(ctx, e.Plan.Name)
	return err == nil && d != nil && d.State.Active()
}
