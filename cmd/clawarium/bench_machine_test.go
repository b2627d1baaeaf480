//go:build bench

package main

// A set-up from warm caches, beside what nobody can avoid: the boot of the same
// image in the same domain, and the gateway's own first start in that guest. And
// what it takes to look again: a second set-up, and the self-check.

import (
	"errors"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/provision/guest"
)

// Under emulation with the slow clock the gateway alone takes six minutes on a
// computer with nothing else to do.
const (
	bootLimit    = 15 * time.Minute
	gatewayLimit = 25 * time.Minute
)

// reference is what a set-up is compared with.
var reference struct {
	once          sync.Once
	ok            bool
	boot, gateway time.Duration
	cpu, cpuAll   time.Duration // the guest's, at the end of the boot, and with the gateway's start
}

// measureReference boots a machine that has only been defined, with the seed
// that brings SSH and nothing else, takes the time, and then gives it what the
// gateway needs, so that its start can be timed alone.
func measureReference(b *testing.B) {
	reference.once.Do(func() {
		const name = "bench-bare"
		w := newBench(b)
		leave := w.machine(name)
		cpu := w.watchCPU(name)
		w.do(time.Hour, "setup", "--yes", "--name", name, "--until", benchBoot)
		began, done := w.at(name, benchBoot)
		reference.boot, reference.cpu = done.Sub(began), cpu.until(done)
		w.do(bootLimit, "setup", "--yes", "--name", name, "--until", benchBefore)
		ready := cpu.until(time.Now())
		reference.gateway = w.startGateway(name)
		reference.cpuAll = reference.cpu + cpu.until(time.Now()) - ready
		b.Logf("bare boot %s, gateway's first start %s", reference.boot, reference.gateway)
		leave()
		reference.ok = true
	})
	if !reference.ok {
		b.Skip("there is no reference to compare with; see above")
	}
}

// startGateway starts the unit and waits for /readyz.
func (w *bench) startGateway(name string) time.Duration {
	env := w.steps(name)
	defer env.Close()
	session, err := env.Session(w.ctx)
	if err != nil {
		w.Fatal(err)
	}
	ctx, cancel := withLimit(w.ctx, gatewayLimit)
	defer cancel()
	began := time.Now()
	if _, err := session.Client.Root(ctx, "systemctl start --no-block "+layout.Unit, nil); err != nil {
		w.Fatal(err)
	}
	if err := guest.WaitGateway(ctx, session.Client, quiet{}); err != nil {
		w.Fatal(err)
	}
	return time.Since(began)
}

// whole is one set-up to the end, and what was done with the machine then.
var whole struct {
	once          sync.Once
	ok            bool
	before, ready time.Duration // from the start of the program
	probe         time.Duration // of that, until the first step: what the host can do
	boot          time.Duration // of that, the boot
	again, held   time.Duration // a second set-up, with its self-check and without
	check, trip   time.Duration // a self-check, and a command that does nothing
	cpu, cpuAll   time.Duration // the guest's, before the gateway's start and when it was ready
}

func measureWhole(b *testing.B) {
	whole.once.Do(func() {
		const name = "bench-whole"
		w := newBench(b)
		leave := w.machine(name)
		cpu := w.watchCPU(name)
		r := w.do(time.Hour, "setup", "--yes", "--name", name)
		first, _ := w.at(name, "choose")
		began, ready := w.at(name, benchGateway)
		booting, booted := w.at(name, benchBoot)
		whole.probe, whole.before, whole.ready = first.Sub(r.began), began.Sub(r.began), ready.Sub(r.began)
		whole.boot = booted.Sub(booting)
		whole.cpu, whole.cpuAll = cpu.until(began), cpu.until(ready)
		b.Logf("before the gateway's start %s, ready %s", whole.before, whole.ready)
		w.logSteps(name)

		whole.again = w.do(bootLimit, "setup", "--yes", "--name", name).took
		whole.held = w.do(bootLimit, "setup", "--yes", "--name", name, "--until", benchGateway).took
		// What a machine fresh from set-up cannot know yet is no failure here.
		check, err := w.tryRun(w.ctx, bootLimit, nil, "check", "--name", name)
		var exit *exec.ExitError
		if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != exitNotMet && exit.ExitCode() != exitNotChecked) {
			b.Fatal(err)
		}
		whole.check = check.took
		whole.trip = w.roundTrip(name)
		leave()
		whole.ok = true
	})
	if !whole.ok {
		b.Skip("there is no machine; see above")
	}
}

// roundTrip is the median of commands that do nothing, over a session that is
// open, as `ssh` to a shared connection would be.
func (w *bench) roundTrip(name string) time.Duration {
	env := w.steps(name)
	defer env.Close()
	session, err := env.Session(w.ctx)
	if err != nil {
		w.Fatal(err)
	}
	var took []time.Duration
	for range 7 {
		ctx, cancel := withLimit(w.ctx, time.Minute)
		began := time.Now()
		exit, err := session.Client.Run(ctx, "true", nil, nil, nil)
		cancel()
		if err != nil || exit != 0 {
			w.Fatalf("exit %d: %v", exit, err)
		}
		took = append(took, time.Since(began))
	}
	return median(took)
}

// BenchmarkBareBootAndGatewayStart is the reference: 1 by definition.
func BenchmarkBareBootAndGatewayStart(b *testing.B) {
	measureReference(b)
	w := &bench{B: b}
	w.bound(1, "", 0)
	w.seconds("boot", reference.boot)
	w.seconds("gateway", reference.gateway)
	w.seconds("guest-cpu", reference.cpuAll)
}

func BenchmarkSetUpToGatewayReady(b *testing.B) {
	measureReference(b)
	measureWhole(b)
	w := &bench{B: b}
	w.bound(whole.ready.Seconds()/(reference.boot+reference.gateway).Seconds(), "at-most", 1.25)
	w.seconds("set-up", whole.ready)
	w.seconds("of-it-gateway", whole.ready-whole.before)
	w.byCPU(whole.cpuAll, reference.cpuAll)
}

func BenchmarkSetUpBesideBareBoot(b *testing.B) {
	measureReference(b)
	measureWhole(b)
	w := &bench{B: b}
	w.bound(whole.before.Seconds()/reference.boot.Seconds(), "at-most", 1.3)
	w.seconds("set-up", whole.before)
	w.seconds("of-it-boot", whole.boot)
	w.seconds("of-it-probe", whole.probe)
	w.seconds("bare-boot", reference.boot)
	w.byCPU(whole.cpu, reference.cpu)
}

// BenchmarkSetUpAgain changes nothing, and ends with a self-check as every
// set-up does.
func BenchmarkSetUpAgain(b *testing.B) {
	measureWhole(b)
	w := &bench{B: b}
	w.ReportMetric(0, "ns/op")
	w.seconds("with-self-check", whole.again)
	w.seconds("without", whole.held)
}

// BenchmarkSelfCheckBesideThreeSeconds is the whole check, from the start of the
// program to its end, without OpenClaw's own audit.
func BenchmarkSelfCheckBesideThreeSeconds(b *testing.B) {
	measureWhole(b)
	w := &bench{B: b}
	w.bound(whole.check.Seconds()/3, "at-most", 1)
	w.seconds("check", whole.check)
}

// BenchmarkSelfCheckBesideRoundTrip has no bound: it shows how much of a check
// is the guest's work.
func BenchmarkSelfCheckBesideRoundTrip(b *testing.B) {
	measureWhole(b)
	w := &bench{B: b}
	w.bound(whole.check.Seconds()/whole.trip.Seconds(), "", 0)
	w.seconds("check", whole.check)
	w.ReportMetric(whole.trip.Seconds()*1000, "round-trip-ms")
}
