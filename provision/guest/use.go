package guest

// This file: OpenClaw's own command line, run as the agent in the sandbox: a
// model key, and the link to the dashboard.

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

var providerName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

const providerMost = 32 // bytes

// PasteModelKey gives OpenClaw the key of a model provider. The key goes over
// SSH to the command's standard input and nowhere else: no argument, no
// environment, no file, no log. The caller wipes its copy.
func PasteModelKey(ctx context.Context, c *Client, box SandboxConfig, provider string, key []byte) error {
	if len(provider) > providerMost || !providerName.MatchString(provider) {
		return &text.Fault{What: fmt.Sprintf(text.T().Guest.BadProvider, provider)}
	}
	command := OpenClawCommand(box, false, "models", "auth", "paste-api-key", "--provider", provider)
	out := &tail{max: 4 << 10}
	exit, err := c.Run(ctx, command, io.MultiReader(bytes.NewReader(key), strings.NewReader("\n")), out, out)
	if err != nil {
		return err
	}
	if exit != 0 {
		why := printable(lastLines(out.String(), 2))
		if k := string(bytes.TrimSpace(key)); k != "" {
			why = strings.ReplaceAll(why, k, "…")
		}
		return &text.Fault{
			What: fmt.Sprintf(text.T().Guest.KeyRefused, provider, exit),
			Hint: text.T().Guest.KeyRefusedHint, Err: fmt.Errorf("%s", why),
		}
	}
	return nil
}

// Dashboard has OpenClaw make a link to its dashboard, good for one use within
// ten minutes, and returns it for a tunnel that listens on address (host:port).
// OpenClaw accepts the page only from its own port, so that should be
// layout.GatewayPort.
func Dashboard(ctx context.Context, c *Client, box SandboxConfig, address string) (string, error) {
	var out bytes.Buffer
	errs := &tail{max: 4 << 10}
	exit, err := c.Run(ctx, OpenClawCommand(box, false, "dashboard", "--json"), nil, &limitedBuffer{&out, 1 << 20}, errs)
	if err != nil {
		return "", err
	}
	if exit != 0 {
		return "", &text.Fault{
			What: text.T().Guest.NoDashboard, Hint: text.T().Guest.NoDashboardHint,
			Err: fmt.Errorf("%s", printable(lastLines(errs.String(), 2))),
		}
	}
	return dashboardLink(out.Bytes(), address)
}

// dashboardLink finds the link in the command's output, which is not always
// JSON alone, and leads it to address. A link to anywhere but the gateway's own
// address is refused: it goes to the owner's browser.
func dashboardLink(output []byte, address string) (string, error) {
	var answer struct{ BrowserURL string }
	for at := bytes.IndexByte(output, '{'); at >= 0 && answer.BrowserURL == ""; {
		_ = json.NewDecoder(bytes.NewReader(output[at:])).Decode(&answer)
		next := bytes.IndexByte(output[at+1:], '{')
		if next < 0 {
			break
		}
		at += 1 + next
	}
	link, err := url.Parse(answer.BrowserURL)
	if answer.BrowserURL == "" || err != nil {
		return "", &text.Fault{What: text.T().Guest.NoDashboard, Hint: text.T().Guest.NoDashboardHint, Err: err}
	}
	own := []string{"127.0.0.1", "localhost", "::1"}
	ours := false
	for _, host := range own {
		ours = ours || link.Host == net.JoinHostPort(host, strconv.Itoa(layout.GatewayPort))
	}
	if link.Scheme != "http" || !ours || link.User != nil {
		return "", &text.Fault{What: fmt.Sprintf(text.T().Guest.BadDashboard, link.Host), Hint: text.T().Guest.NoDashboardHint}
	}
	link.Host = address
	return link.String(), nil
}

// limitedBuffer drops what is beyond its limit.
type limitedBuffer struct {
	*bytes.Buffer
	left int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	keep := p[:min(len(p), b.left)]
	b.left -= len(keep)
	_, _ = b.Buffer.Write(keep)
	return len(p), nil
}
