//go:build real

package guest

// This file: what the warden does with a real machine: a port of its own that
// the machine's programs use, and its journal.

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/clawarium/clawarium/assets/layout"
)

// channelCarries is part of the test of a whole machine, which costs minutes.
func channelCarries(t *testing.T, s *Session) {
	target := s.Target
	target.HostKeys = []ssh.PublicKey{s.Client.HostKey()}
	c, err := Dial(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, bad := range []string{"127.0.0.1:3129", "127.0.0.1:18789", "127.0.0.1:22"} {
		if l, err := c.Listen(bad); err == nil {
			l.Close()
			t.Errorf("sshd listens on %s", bad)
		}
	}
	for _, bad := range []string{"127.0.0.1:22", "127.0.0.1:3128", "10.0.2.2:22", "[::1]:18789"} {
		if conn, err := c.dial(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "prohibited") {
			t.Errorf("sshd opens %s: %v, %v", bad, conn, err)
		}
	}
	l, err := c.Listen(fmt.Sprintf("127.0.0.1:%d", layout.ProxyPort))
	if err != nil {
		t.Fatal(err)
	}
	if at := mustRoot(t, s, "ss -Hltn sport = :3128 | awk '{ print $4 }'"); at != "127.0.0.1:3128" {
		t.Errorf("sshd listens on %q", at)
	}
	asked := refusingProxy(l)

	// Every program finds the proxy by itself.
	for what, ask := range map[string]string{
		"the keeper's command": "curl -s -m 60 -o /dev/null -w '%{http_code}' http://keeper.example/",
		"a login shell":        "env -i PATH=/usr/bin:/bin sh -lc \"curl -s -m 60 -o /dev/null -w '%{http_code}' http://login.example/\"",
		"the agent's sandbox":  AgentCommand(SandboxConfig{}, false, "/usr/bin/curl", "-s", "-m", "60", "-o", "/dev/null", "-w", "%{http_code}", "http://agent.example/"),
	} {
		var out strings.Builder
		if exit, err := c.Run(t.Context(), ask, nil, &out, nil); err != nil || exit != 0 || out.String() != "403" {
			t.Errorf("%s: %q, exit %d, %v", what, out.String(), exit, err)
		}
	}
	mustRoot(t, s, "timeout 60 git ls-remote https://git.example/x 2>/dev/null\nexit 0")
	for _, host := range []string{"keeper.example:80", "login.example:80", "agent.example:80", "git.example:443"} {
		if !asked()[host] {
			t.Errorf("nobody asked for %s", host)
		}
	}
	before := asked()
	sources, err := AptHosts(t.Context(), s.Client)
	if err != nil || len(sources) == 0 {
		t.Fatalf("%v, %v", sources, err)
	}
	mustRoot(t, s, "timeout 100 apt-get update >/dev/null 2>&1\nexit 0")
	want := before
	for _, source := range sources {
		want[fmt.Sprintf("%s:%d", source.Host, source.Port)] = true
	}
	if got := asked(); !maps.Equal(got, want) {
		t.Errorf("apt asked for %v, its sources are %v", slices.Sorted(maps.Keys(got)), sources)
	}
	journalFollows(t, s, c)

	// When this side goes, the guest's does, and another may come.
	c.Close()
	if left := mustRoot(t, s, "for i in 1 2 3 4 5 6 7 8 9; do [ -n \"$(ss -Hltn sport = :3128)\" ] || break; sleep 1; done; ss -Hltn sport = :3128"); left != "" {
		t.Errorf("sshd listens on: %s", left)
	}
}

// refusingProxy refuses everything and tells what it was asked for.
func refusingProxy(l net.Listener) (asked func() map[string]bool) {
	var mu sync.Mutex
	hosts := map[string]bool{}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					host := r.Host
					if _, _, err := net.SplitHostPort(host); err != nil {
						host += ":80"
					}
					mu.Lock()
					hosts[host] = true
					mu.Unlock()
					_, _ = io.WriteString(conn, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
				}
			}()
		}
	}()
	return func() map[string]bool { mu.Lock(); defer mu.Unlock(); return maps.Clone(hosts) }
}

// journalFollows: from this boot's start, as it grows, and on from a cursor.
func journalFollows(t *testing.T, s *Session, c *Client) {
	follow := func(cursor, until string) (entries []map[string]any, last string) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		pipe, out := io.Pipe()
		ended := make(chan error, 1)
		go func() { err := c.Journal(ctx, cursor, out); out.CloseWithError(err); ended <- err }()
		in := bufio.NewReaderSize(pipe, 1<<20)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				t.Fatalf("the journal ended: %v", err)
			}
			var entry map[string]any
			if err := json.Unmarshal([]byte(line), &entry); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			entries = append(entries, entry)
			if last, _ = entry["__CURSOR"].(string); entry["MESSAGE"] == until {
				break
			}
			if len(entries) == 1 && until == "first" { // it follows: only now is there more
				mustRoot(t, s, "logger -t t-guest first")
			}
		}
		cancel()
		go func() { _, _ = io.Copy(io.Discard, pipe) }()
		if err := <-ended; err != context.Canceled {
			t.Errorf("ended with %v", err)
		}
		return entries, last
	}
	entries, cursor := follow("", "first")
	if len(entries) < 100 || !cursorForm.MatchString(cursor) {
		t.Errorf("%d entries, cursor %q", len(entries), cursor)
	}
	entry := entries[len(entries)-1]
	if entry["SYSLOG_IDENTIFIER"] != "t-guest" || entry["_UID"] != "0" || entry["_HOSTNAME"] != nil {
		t.Errorf("%v", entry)
	}
	mustRoot(t, s, "logger -t t-guest second")
	entries, _ = follow(cursor, "second")
	for _, e := range entries {
		if e["MESSAGE"] == "first" || e["__CURSOR"] == cursor {
			t.Error("it begins before the cursor")
		}
	}
	if left := mustRoot(t, s, "for i in 1 2 3 4 5; do pgrep -x journalctl >/dev/null || break; sleep 1; done; pgrep -ax journalctl\nexit 0"); left != "" {
		t.Errorf("left in the guest: %s", left)
	}
}
