package guest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

func TestAnotherHostKeyThanThePinnedOneIsRefusedAtOnce(t *testing.T) {
	s := newServer(t)
	target := s.target()
	other, _ := NewKeyPair("")
	target.HostKeys = []ssh.PublicKey{other.Signer.PublicKey()}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := Dial(ctx, target)
	if !errors.Is(err, ErrHostKey) {
		t.Fatalf("Dial: %v", err)
	}
	if seen := ssh.FingerprintSHA256(s.hostKey.Signer.PublicKey()); !strings.Contains(err.Error(), seen) {
		t.Errorf("the key that was seen is not named: %v", err)
	}
	// A wait for readiness must not take this for a machine that boots.
	if _, err := WaitReady(ctx, target, silent{}); !errors.Is(err, ErrHostKey) {
		t.Errorf("WaitReady: %v", err)
	}
}

func TestWithoutAPinThereIsNoConnection(t *testing.T) {
	s := newServer(t)
	target := s.target()
	target.HostKeys = nil
	if _, err := Dial(t.Context(), target); !errors.Is(err, ErrHostKey) {
		t.Fatalf("got %v", err)
	}
}

func TestAKeyThatIsNotTheKeepersIsRefused(t *testing.T) {
	s := newServer(t)
	target := s.target()
	other, _ := NewKeyPair("")
	target.Key = other.Signer
	if _, err := Dial(t.Context(), target); !errors.Is(err, ErrAuth) {
		t.Fatalf("got %v", err)
	}
}

func TestEitherOfTwoPinnedKeysIsAccepted(t *testing.T) {
	s := newServer(t)
	target := s.target()
	other, _ := NewKeyPair("")
	target.HostKeys = append([]ssh.PublicKey{other.Signer.PublicKey()}, target.HostKeys...)
	c, err := Dial(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if !containsKey([]ssh.PublicKey{s.hostKey.Signer.PublicKey()}, c.HostKey()) {
		t.Error("HostKey is not the one that the machine showed")
	}
}

func TestRunPassesOnOutputInputAndExitStatus(t *testing.T) {
	c := dialServer(t, newServer(t))
	var out, errs bytes.Buffer
	exit, err := c.Run(t.Context(), "cat; echo bad >&2; exit 7", strings.NewReader("in"), &out, &errs)
	if err != nil || exit != 7 || out.String() != "in" || errs.String() != "bad\n" {
		t.Fatalf("exit %d, %v, out %q, err %q", exit, err, out.String(), errs.String())
	}
}

func TestACommandThatASignalEndedHasTheShellsStatus(t *testing.T) {
	c := dialServer(t, newServer(t))
	if exit, err := c.Run(t.Context(), "kill -9 $$", nil, nil, nil); err != nil || exit != 137 {
		t.Fatalf("exit %d, %v", exit, err)
	}
}

func TestACommandThatHangsEndsAtItsDeadline(t *testing.T) {
	c := dialServer(t, newServer(t))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err := c.Run(ctx, "exec sleep 60", blockedReader{}, nil, nil)
	if !errors.Is(err, ErrDeadline) || time.Since(begin) > 5*time.Second {
		t.Fatalf("%v after %s", err, time.Since(begin))
	}
}

// blockedReader is a terminal at which nobody types.
type blockedReader struct{}

func (blockedReader) Read([]byte) (int, error) { select {} }

func TestRunDoesNotWaitForInputThatNobodyGives(t *testing.T) {
	c := dialServer(t, newServer(t))
	if exit, err := c.Run(t.Context(), "exit 3", blockedReader{}, nil, nil); err != nil || exit != 3 {
		t.Fatalf("exit %d, %v", exit, err)
	}
}

func TestAMachineThatAcceptsAndFallsSilentDoesNotHoldUsUp(t *testing.T) {
	s := newServer(t)
	s.mute = make(chan struct{})
	t.Cleanup(func() { close(s.mute) })
	c := dialServer(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := c.Root(ctx, "true", nil); !errors.Is(err, ErrDeadline) {
		t.Fatalf("got %v", err)
	}
}

func TestAPortThatIsOpenButMuteIsNotReady(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	s := newServer(t)
	target := s.target()
	target.Address = listener.Addr().String()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := WaitReady(ctx, target, silent{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
}

func TestWaitReadyOutlastsRefusalsUntilTheMachineIsThere(t *testing.T) {
	s := newServer(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	target := s.target()
	target.Address = free.Addr().String()
	free.Close()
	time.AfterFunc(500*time.Millisecond, func() {
		l, err := net.Listen("tcp", target.Address)
		if err != nil {
			return
		}
		defer l.Close()
		if conn, err := l.Accept(); err == nil {
			s.serve(conn)
		}
	})
	c, err := WaitReady(t.Context(), target, silent{})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

func TestRootRunsScriptsOneAfterAnotherOverOneChannel(t *testing.T) {
	s := newServer(t)
	var mu sync.Mutex
	channels := 0
	s.command = func(c string) string { mu.Lock(); channels++; mu.Unlock(); return c }
	c := dialServer(t, s)
	binary := bytes.Repeat([]byte{0, 1, '\n', 255, '\'', '"', '\\'}, 5000)
	for _, script := range []string{"cat", "cat\n", "exec cat"} {
		out, err := c.Root(t.Context(), script, binary)
		if err != nil || !bytes.Equal(out, binary) {
			t.Fatalf("%q: %v, %d bytes of %d", script, err, len(out), len(binary))
		}
	}
	var failed *ScriptError
	if _, err := c.Root(t.Context(), "echo why >&2\nexit 9", nil); !errors.As(err, &failed) || failed.Exit != 9 || failed.Stderr != "why" {
		t.Fatalf("got %v", err)
	}
	if _, err := c.Root(t.Context(), "if then fi (", nil); !errors.As(err, &failed) {
		t.Fatalf("a syntax error gave %v", err)
	}
	if out, err := c.Root(t.Context(), "printf 'no newline'; printf '\\nclawarium-0 0\\n'; cat", nil); err != nil || string(out) != "no newline\nclawarium-0 0\n" {
		t.Fatalf("%q, %v", out, err)
	}
	if channels != 1 {
		t.Errorf("%d channels were opened", channels)
	}
}

func TestAScriptMayQuoteAnythingAndDefineItsOwnHereDocuments(t *testing.T) {
	c := dialServer(t, newServer(t))
	out, err := c.Root(t.Context(), "cat <<'EOF'\n$(id) `id` \\ '\nEOF\nx=1; echo $x", nil)
	if err != nil || string(out) != "$(id) `id` \\ '\n1\n" {
		t.Fatalf("%q, %v", out, err)
	}
}

func TestAFloodOfOutputIsCutOffAndTheNextScriptStillRuns(t *testing.T) {
	c := dialServer(t, newServer(t))
	var got counter
	err := c.RootStream(t.Context(), "yes | head -c 30000000", nil, &got)
	if !errors.Is(err, errFlood) {
		t.Fatalf("got %v", err)
	}
	if out, err := c.Root(t.Context(), "echo on", nil); err != nil || string(out) != "on\n" {
		t.Fatalf("%q, %v", out, err)
	}
}

type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

func TestAfterAScriptThatHungTheNextOneRuns(t *testing.T) {
	c := dialServer(t, newServer(t))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := c.Root(ctx, "sleep 60", nil); !errors.Is(err, ErrDeadline) {
		t.Fatalf("got %v", err)
	}
	if out, err := c.Root(t.Context(), "echo on", nil); err != nil || string(out) != "on\n" {
		t.Fatalf("%q, %v", out, err)
	}
}

func TestWithoutSudoTheErrorSaysSo(t *testing.T) {
	s := newServer(t)
	s.command = func(string) string { return "echo 'sudo: a password is required' >&2; exit 1" }
	_, err := dialServer(t, s).Root(t.Context(), "true", nil)
	if err == nil || !strings.Contains(err.Error(), "no root") {
		t.Fatalf("got %v", err)
	}
}

func TestATunnelCarriesBothWaysAndListensOnTheLoopbackAlone(t *testing.T) {
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(append([]byte("got "), body...))
	}))
	defer gateway.Close()
	c := dialServer(t, newServer(t))
	for _, bad := range []string{"0.0.0.0:0", ":0", "[::]:0", "localhost:0"} {
		if tunnel, err := c.Forward(t.Context(), bad, gateway.Listener.Addr().String()); err == nil {
			t.Errorf("%s: listens on %s", bad, tunnel.Address)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	tunnel, err := c.Forward(ctx, "127.0.0.1:0", gateway.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post("http://"+tunnel.Address, "text/plain", strings.NewReader("it"))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	response.Body.Close()
	if string(body) != "got it" {
		t.Errorf("got %q", body)
	}
	cancel()
	select {
	case <-tunnel.Done():
	case <-time.After(5 * time.Second):
		t.Fatal("the tunnel outlived its context")
	}
	if _, err := net.DialTimeout("tcp", tunnel.Address, time.Second); err == nil {
		t.Error("the port is still open")
	}
}

func TestATunnelEndsWithItsConnection(t *testing.T) {
	c := dialServer(t, newServer(t))
	tunnel, err := c.Forward(t.Context(), "127.0.0.1:0", "127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	select {
	case <-tunnel.Done():
	case <-time.After(5 * time.Second):
		t.Fatal("the tunnel outlived its connection")
	}
}

func TestAConnectionThatTheMachineEndsIsNoticed(t *testing.T) {
	s := newServer(t)
	s.mute = make(chan struct{})
	c := dialServer(t, s)
	close(s.mute)
	select {
	case <-c.done:
	case <-time.After(5 * time.Second):
		t.Fatal("not noticed")
	}
	if _, err := c.Root(t.Context(), "true", nil); !errors.Is(err, ErrConnection) {
		t.Errorf("got %v", err)
	}
}

func TestATerminalHasItsSizeAndFollowsChanges(t *testing.T) {
	s := newServer(t)
	c := dialServer(t, s)
	resized := make(chan Size, 1)
	resized <- Size{132, 50}
	var out bytes.Buffer
	exit, err := c.RunTerminal(t.Context(), "cat; sleep 0.3; exit 5", Terminal{
		Stdin: strings.NewReader("typed"), Stdout: &out, Size: Size{100, 40}, Resized: resized, Signals: make(chan os.Signal),
	})
	if err != nil || exit != 5 || out.String() != "typed" {
		t.Fatalf("exit %d, %v, %q", exit, err, out.String())
	}
	if first, second := <-s.pty, <-s.pty; first != (Size{100, 40}) || second != (Size{132, 50}) {
		t.Errorf("sizes %v, %v", first, second)
	}
}
