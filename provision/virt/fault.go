package virt

// This file turns libvirt's errors into faults that a person can act on.

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/text"
)

// Kinds of trouble that a caller decides on, with errors.Is.
var (
	ErrAbsent     = errors.New("libvirt library absent")
	ErrDown       = errors.New("libvirt daemon down")
	ErrDenied     = errors.New("libvirt access denied")
	ErrTimeout    = errors.New("libvirt call timed out")
	ErrTooOld     = errors.New("libvirt too old")
	ErrNotFound   = errors.New("no such libvirt object")
	ErrForeign    = errors.New("libvirt object is not ours")
	ErrExists     = errors.New("libvirt object exists")
	ErrNoFirmware = errors.New("no firmware")
	ErrNoSpace    = errors.New("no space left")
	ErrDamaged    = errors.New("volume differs from what was written")
	ErrState      = errors.New("wrong state of the machine")
)

// kindError is a cause that also is of a kind. It reads as the cause alone.
type kindError struct{ kind, cause error }

func (e *kindError) Error() string {
	if e.cause == nil {
		return e.kind.Error()
	}
	return e.cause.Error()
}

func (e *kindError) Unwrap() []error {
	if e.cause == nil {
		return []error{e.kind}
	}
	return []error{e.kind, e.cause}
}

// typedOnAMac is a hint without what is typed on Linux.
func typedOnAMac(hint, commands string) string {
	if strings.Contains(hint, "sudo ") {
		return commands
	}
	return hint
}

func fault(kind error, what, hint string, cause error) *text.Fault {
	if homebrew != "" {
		hint = typedOnAMac(hint, homebrew)
	}
	f := &text.Fault{What: what, Hint: hint}
	switch {
	case kind == nil:
		f.Err = cause
	case cause == nil:
		f.Err = &quietKind{kind}
	default:
		f.Err = &kindError{kind, cause}
	}
	return f
}

// quietKind carries a kind and says nothing, where What has said it all.
type quietKind struct{ kind error }

func (q *quietKind) Error() string { return "" }
func (q *quietKind) Unwrap() error { return q.kind }

// classify says what a libvirt error means to a person. call is the libvirt
// function that returned it and uri the connection.
func classify(uri, call string, err error) error {
	if err == nil {
		return nil
	}
	var known *text.Fault
	if errors.As(err, &known) {
		return err
	}
	t := &text.T().Virt
	var le libvirt.Error
	if !errors.As(err, &le) {
		return err // of the caller's file or context, not of libvirt
	}
	msg := le.Message
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(msg, p) {
				return true
			}
		}
		return false
	}
	// The binding reports its own failures with code 1 and these words.
	if le.Code == libvirt.ERR_INTERNAL_ERROR && has("libvirt.so.0", "cannot open shared object") {
		return fault(ErrAbsent, t.Absent, t.AbsentHint, nil)
	}
	if le.Code == libvirt.ERR_INTERNAL_ERROR && has("Failed to load vir") {
		return fault(ErrTooOld, fmt.Sprintf(t.TooOld, call), t.TooOldHint, err)
	}
	downHint := t.DownHint
	if strings.Contains(uri, "/session") {
		downHint = t.DownSessionHint
	}
	switch {
	case le.Code == libvirt.ERR_AUTH_FAILED, le.Code == libvirt.ERR_AUTH_UNAVAILABLE,
		le.Code == libvirt.ERR_AUTH_CANCELLED, le.Code == libvirt.ERR_ACCESS_DENIED,
		le.Code == libvirt.ERR_OPERATION_DENIED, // a connection that may only look
		has("Failed to connect socket") && has("Permission denied", "Operation not permitted"),
		has("system bus connection", "polkit"): // polkit cannot be asked without D-Bus
		return fault(ErrDenied, fmt.Sprintf(t.Denied, uri), t.DeniedHint, err)
	case has("Failed to connect socket", "Cannot recv data", "End of file while reading",
		"unable to find daemon", "Unable to find daemon", "Cannot find", "client socket is closed",
		"internal error: client socket", "Failed to find", "Cannot create user runtime directory",
		"Unable to resolve address", "no daemon executable") && !isLookup(le.Code):
		return fault(ErrDown, fmt.Sprintf(t.Down, uri), downHint, err)
	case le.Code == libvirt.ERR_NO_CONNECT, le.Code == libvirt.ERR_CONFIG_UNSUPPORTED && has("no connection driver"):
		return fault(ErrDown, fmt.Sprintf(t.NoDriver, uri), t.NoDriverHint, err)
	case isLookup(le.Code):
		return fault(ErrNotFound, fmt.Sprintf(t.NotFound, call), t.NotFoundHint, err)
	case has("to satisfy 'efi'", "any firmware", "could not load PC BIOS", "OVMF"):
		return fault(ErrNoFirmware, t.NoFirmware, t.NoFirmwareHint, err)
	case has("No space left"):
		return fault(ErrNoSpace, fmt.Sprintf(t.NoSpace, call), t.NoSpaceHint, err)
	case le.Code == libvirt.ERR_NO_SUPPORT:
		return fault(ErrTooOld, fmt.Sprintf(t.TooOld, call), t.TooOldHint, err)
	}
	return fault(nil, fmt.Sprintf(t.Refused, call), t.RefusedHint, err)
}

func isLookup(code libvirt.ErrorNumber) bool {
	switch code {
	case libvirt.ERR_NO_DOMAIN, libvirt.ERR_NO_NETWORK, libvirt.ERR_NO_NWFILTER,
		libvirt.ERR_NO_STORAGE_POOL, libvirt.ERR_NO_STORAGE_VOL:
		return true
	}
	return false
}

// isCode says whether err is libvirt's own error of that number.
func isCode(err error, code libvirt.ErrorNumber) bool {
	var le libvirt.Error
	return errors.As(err, &le) && le.Code == code
}

func timeoutFault(uri, call string, limit time.Duration) error {
	t := &text.T().Virt
	return fault(ErrTimeout, fmt.Sprintf(t.Timeout, call, limit, uri), t.TimeoutHint, nil)
}

func notFound(name string) error {
	t := &text.T().Virt
	return fault(ErrNotFound, fmt.Sprintf(t.NotFound, name), t.NotFoundHint, nil)
}

func badSpec(field, value string) error {
	t := &text.T().Virt
	return fault(nil, fmt.Sprintf(t.BadSpec, field, value), t.BadSpecHint, nil)
}
