package guest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// gatewayAt answers on the gateway's own port of this computer's loopback,
// which stands for the guest's. It skips the test when that is taken.
func gatewayAt(t *testing.T, answer func(n int) (status int, body string)) {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", fmt.Sprint(layout.GatewayPort)))
	if err != nil {
		t.Skip("the gateway's port is in use here: ", err)
	}
	var mu sync.Mutex
	n := 0
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		mu.Lock()
		defer mu.Unlock()
		n++
		status, body := answer(n)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})}
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(func() { s.Close() })
}

// noted keeps what was reported.
type noted struct {
	mu    sync.Mutex
	lines []string
}

func (n *noted) Stage(string) {}
func (n *noted) Log(line string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lines = append(n.lines, line)
}

func TestOnlyTheBodyMakesTheGatewayReady(t *testing.T) {
	answers := []struct {
		status int
		body   string
		want   bool
	}{
		{200, "<html>", false}, {200, "{}", false}, {503, `{"ready":false}`, false}, {200, `{"ready":"true"}`, false}, {200, `{"ready":true,"x":1}`, true},
	}
	gatewayAt(t, func(n int) (int, string) { return answers[n-1].status, answers[n-1].body })
	c := dialServer(t, newServer(t))
	for _, a := range answers {
		if ready, _ := Ready(t.Context(), c); ready != a.want {
			t.Errorf("%d %s: %v", a.status, a.body, ready)
		}
	}
}

func TestTheWaitPassesTheJournalOnAndEndsWhenTheGatewayIsReady(t *testing.T) {
	gatewayAt(t, func(n int) (int, string) {
		if n < 2 {
			return 503, `{"ready":false}`
		}
		return 200, `{"ready":true}`
	})
	s := newServer(t)
	s.command = func(string) string { return `printf 'loading\033[2J\n'; sleep 60` }
	r := &noted{}
	if err := WaitGateway(t.Context(), dialServer(t, s), r); err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.lines, []string{"loading[2J"}) {
		t.Errorf("got %q", r.lines)
	}
}

func TestAGatewayThatGaveUpEndsTheWaitWithItsLastWords(t *testing.T) {
	gatewayAt(t, func(int) (int, string) { return 503, "" })
	for name, journal := range map[string]string{
		"failed twice":   "bad config\n" + layout.Unit + ": Failed with result 'exit-code'.\n" + layout.Unit + ": Failed with result 'exit-code'.",
		"exited with 78": "bad config\n" + layout.Unit + ": Main process exited, code=exited, status=78/CONFIG",
	} {
		s := newServer(t)
		s.command = func(string) string { return "echo " + quoteShell(journal) + "; sleep 60" }
		err := WaitGateway(t.Context(), dialServer(t, s), silent{})
		if err == nil || !strings.Contains(err.Error(), "bad config") || len(text.Hint(err)) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAGatewayThatTakesTooLongIsADeadline(t *testing.T) {
	gatewayAt(t, func(int) (int, string) { return 503, "" })
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := WaitGateway(ctx, dialServer(t, newServer(t)), silent{}); !errors.Is(err, ErrDeadline) {
		t.Fatalf("got %v", err)
	}
}
