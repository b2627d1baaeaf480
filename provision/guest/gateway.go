package guest

// This file: the last step, the gateway that runs and answers. The wait is done
// from the host through the connection that is there anyway: a request costs
// the guest almost nothing, a command 50 ms to seconds under emulation.

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// GatewayDeadline is how long the gateway may take to be ready with the wall's
// clock and the guest's in step: 7 to 16 s were seen natively.
const GatewayDeadline = 5 * time.Minute

// givenUp is after how many failures in a row the wait ends: systemd starts the
// gateway again after the first one.
const givenUp = 2

func gatewayStep() Step {
	return Step{
		ID: "guest-gateway",
		Check: expand(`
same "ActiveState=active
UnitFileState=enabled" "$(systemctl show @UNIT@ -p ActiveState,UnitFileState)"
[ ! -e @RESTART@ ] || no "the running gateway is older than its settings"
[ $bad = 0 ] && case $(timeout 20 bash -c 'exec 3<>/dev/tcp/127.0.0.1/@PORT@ && printf "GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n" >&3 && head -c 4096 <&3' 2>/dev/null) in
*'"ready":true'*) ;;
*) no "the gateway does not say that it is ready" ;;
esac
`),
		Before: expand("save @UNITS@multi-user.target.wants/@UNIT@\n"),
		// --no-block: the wait is the host's.
		Apply: expand(`
mkdir -p -m 0755 @UNITS@multi-user.target.wants
ln -sfn ../@UNIT@ @UNITS@multi-user.target.wants/@UNIT@ || die "the gateway could not be enabled"
systemctl reset-failed @UNIT@ 2>/dev/null
if [ -e @RESTART@ ]; then systemctl restart --no-block @UNIT@; else systemctl start --no-block @UNIT@; fi || die "the gateway could not be started"
rm -f @RESTART@
`),
		Undo:     expand("systemctl stop @UNIT@ 2>/dev/null\n"),
		Settle:   "systemctl daemon-reload\n",
		Deadline: GatewayDeadline,
	}
}

// Ready asks the gateway once whether it is ready. Any path but /readyz would
// be answered with a page, so the body counts, not the status.
func Ready(ctx context.Context, c *Client) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	client := &http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
				return c.dial(ctx, address)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	address := "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(layout.GatewayPort)) + "/readyz"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false, err
	}
	response, err := client.Do(request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	var body struct{ Ready bool }
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&body); err != nil {
		return false, err
	}
	return body.Ready, nil
}

// WaitGateway waits until the gateway is ready and passes its journal on
// meanwhile. A gateway that ends and cannot be kept up ends the wait.
func WaitGateway(ctx context.Context, c *Client, r Reporter) error {
	started := time.Now()
	r.Stage(text.T().Guest.WaitGateway)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failures, last := c.followGateway(ctx, r)
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	failed := 0
	for {
		if ready, err := Ready(ctx, c); err == nil && ready {
			return nil
		}
		select {
		case <-ctx.Done():
			if err := context.Cause(ctx); err != context.DeadlineExceeded {
				return err
			}
			return &text.Fault{
				What: fmt.Sprintf(text.T().Guest.GatewaySlow, time.Since(started).Round(time.Second)),
				Hint: text.T().Guest.GatewayHint, Err: ErrDeadline,
			}
		case <-c.done:
			return c.lost(nil)
		case <-failures:
			if failed++; failed == givenUp {
				return &text.Fault{
					What: fmt.Sprintf(text.T().Guest.GatewayFailed, lastLines(last.String(), 4)),
					Hint: text.T().Guest.GatewayHint,
				}
			}
		case <-tick.C:
		}
	}
}

// followGateway passes the unit's journal to r and tells of every time that the
// unit failed.
func (c *Client) followGateway(ctx context.Context, r Reporter) (<-chan struct{}, *tail) {
	failures, last := make(chan struct{}, 16), &tail{max: 4 << 10}
	pipe, out := io.Pipe()
	go func() {
		_, err := c.Run(ctx, "exec sudo -n journalctl --follow --lines=0 --output=cat --unit="+layout.Unit, nil, out, nil)
		out.CloseWithError(err)
	}()
	go func() {
		defer pipe.Close()
		lines := bufio.NewScanner(pipe)
		lines.Buffer(nil, 256<<10)
		for lines.Scan() {
			line := printable(lines.Text())
			fmt.Fprintln(last, line)
			r.Log(line)
			if said, ok := strings.CutPrefix(line, layout.Unit+": "); ok {
				times := 0
				switch {
				case strings.HasPrefix(said, "Main process exited") && strings.Contains(said, "status=78/"):
					times = givenUp // systemd will not start it again
				case strings.HasPrefix(said, "Failed with result"):
					times = 1
				}
				for range times {
					select {
					case failures <- struct{}{}:
					default:
					}
				}
			}
		}
		_, _ = io.Copy(io.Discard, pipe)
	}()
	return failures, last
}

// printable takes control characters out of a line of the guest's, which could
// otherwise drive the owner's terminal.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' || r >= 0x7f && r <= 0x9f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, line)
}
