package ui

// What the self-check screen shares with the work that it has done: the machine,
// and the findings as they come in.

import (
	"slices"
	"sync"

	"github.com/clawarium/clawarium/checks"
)

// visit is the machine for as long as it is shown. It is closed when the page was
// left and nothing uses it any more.
type visit struct {
	open func() (Machine, error)

	mu      sync.Mutex
	machine Machine
	using   int
	left    bool
}

// use opens the machine where it is not open and calls f with it.
func (v *visit) use(f func(Machine) error) error {
	v.mu.Lock()
	if v.machine == nil {
		m, err := v.open()
		if err != nil {
			v.mu.Unlock()
			return err
		}
		v.machine = m
	}
	v.using++
	m := v.machine
	v.mu.Unlock()
	defer func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.using--
		v.close()
	}()
	return f(m)
}

// opened is the machine, nil when it is not open.
func (v *visit) opened() Machine {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.machine
}

func (v *visit) leave() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.left = true
	v.close()
}

func (v *visit) close() {
	if v.left && v.using == 0 && v.machine != nil {
		v.machine.Close()
		v.machine = nil
	}
}

// foundSoFar takes the findings of a check as they come in.
type foundSoFar struct {
	mu       sync.Mutex
	findings []checks.Finding
	tell     *telling
}

func (f *foundSoFar) add(findings []checks.Finding) {
	f.mu.Lock()
	f.findings = slices.Clone(findings)
	f.mu.Unlock()
	f.tell.stir()
}

func (f *foundSoFar) get() []checks.Finding {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.findings
}
