//go:build e2e

package main

import "testing"

// A process may run, and even make children, before the line of its own fork is
// written; and a long trace gives a number to more than one process.
func TestTheFamilyOfATracedProcessIsFound(t *testing.T) {
	lines := []string{
		`10 execve("/usr/bin/mmdebstrap", ["mmdebstrap"], 0x0) = 0`,
		`12 clone(child_stack=NULL) = 13`, // 12 is ahead of its own fork
		`13 execve("/usr/bin/bash", ["bash"], 0x0) = 0`,
		`11 <... clone resumed>) = 12`,
		`10 vfork( <unfinished ...>`,
		`10 <... vfork resumed>) = 11`,
	}
	for range 500 {
		lines = append(lines, `99 clone(child_stack=NULL) = 98`)
	}
	lines = append(lines, `1 fork() = 13`, `13 execve("/usr/bin/x", ["x"], 0x0) = 0`)
	f := forksIn(lines)
	up := func(pid string, line int) (chain []string) {
		for p := f.at(pid, line); p.pid != "" && len(chain) < 20; p = f.parent(p) {
			chain = append(chain, p.pid)
		}
		return chain
	}
	if got := up("13", 2); len(got) != 4 || got[3] != "10" {
		t.Errorf("the first 13: %v", got)
	}
	if got := up("13", len(lines)-1); len(got) != 2 || got[1] != "1" {
		t.Errorf("the second 13: %v", got)
	}
}
