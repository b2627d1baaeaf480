//go:build bench

package warden

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// rules is a policy with n rules, a tenth of them patterns.
func rulesPolicy(n int) Policy {
	p := Policy{Format: 1, Level: LevelAllowlist}
	for i := range n {
		host := fmt.Sprintf("h%d.example.com", i)
		if i%10 == 0 {
			host = fmt.Sprintf("*.h%d.example.com", i)
		}
		p.Rules = append(p.Rules, Rule{Host: host, Ports: []int{443}, For: "owner"})
	}
	return p
}

// BenchmarkAThousandRules decides about allowed and refused names, with 10 rules and with 1,000.
func BenchmarkAThousandRules(b *testing.B) {
	names := []string{"h1.example.com", "x.h0.example.com", "evil.example.net", "H7.example.com.", "8.8.8.8"}
	each := func(n int) time.Duration {
		c := compile(rulesPolicy(n))
		best := time.Hour
		for range 20 {
			began := time.Now()
			for i := range 20_000 {
				c.decide(names[i%len(names)], 443, began)
			}
			best = min(best, time.Since(began)/20_000)
		}
		return best
	}
	for b.Loop() {
		few, many := each(10), each(1000)
		b.ReportMetric(float64(few.Nanoseconds()), "ns-with-10")
		b.ReportMetric(float64(many.Nanoseconds()), "ns-with-1000")
		b.ReportMetric(float64(many)/float64(few), "ratio")
		b.ReportMetric(1.5, "at-most")
	}
}

// BenchmarkTunnelBesideCopying carries 256 MB through a tunnel, and through io.Copy alone
// over the same kind of connections.
func BenchmarkTunnelBesideCopying(b *testing.B) {
	const total = 256 << 20
	source := func(c net.Conn, _ netip.AddrPort) {
		buf := make([]byte, 32<<10)
		for sent := 0; sent < total; sent += len(buf) {
			if _, err := c.Write(buf); err != nil {
				return
			}
		}
		c.Close()
	}
	drain := func(c io.Reader) time.Duration {
		began := time.Now()
		if n, _ := io.Copy(io.Discard, c); n != total {
			b.Fatalf("%d bytes came", n)
		}
		return time.Since(began)
	}
	for b.Loop() {
		world := exampleWorld()
		world.serve = source
		r := newRig(b, example(), world, defaults)
		c, _ := r.open("api.example.com:22")
		_ = c.CloseWrite()
		ours := drain(c)

		near, far := memPipe("")
		up, down := memPipe("")
		go source(far, netip.AddrPort{})
		go func() { _, _ = io.Copy(down, near); down.Close() }()
		plain := drain(up)
		b.ReportMetric(total/ours.Seconds()/1e6, "MB/s")
		b.ReportMetric(plain.Seconds()/ours.Seconds(), "ratio")
		b.ReportMetric(0.7, "at-least")
	}
}

// BenchmarkRequests asks for refused and for allowed hosts, 8 at a time.
func BenchmarkRequests(b *testing.B) {
	for b.Loop() {
		r := newRig(b, example(), exampleWorld(), defaults)
		rate := func(target string) float64 {
			const each = 2000
			began := time.Now()
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					for range each / 8 {
						r.say("CONNECT " + target + " HTTP/1.1\r\n\r\n")
					}
				})
			}
			all.Wait()
			return each / time.Since(began).Seconds()
		}
		b.ReportMetric(rate("other.example.com:443"), "refused/s")
		b.ReportMetric(rate("api.example.com:22"), "allowed/s")
	}
}
