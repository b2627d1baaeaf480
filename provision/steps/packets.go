package steps

// The host's packet rules, listed for the checks, which may not run programs
// themselves. Nothing is changed: each program is asked to print.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// listArgs has every program that may be run, and how.
var listArgs = map[checks.RuleTool][]string{
	checks.NftList:   {"-j", "list", "ruleset"},
	checks.IPv4Rules: {},
	checks.IPv6Rules: {},
	checks.LinkRules: {},
	// ebtables-save was a script once, which takes no option for it: see List.
	checks.IPv4Counters: {"-c"},
	checks.IPv6Counters: {"-c"},
	checks.LinkCounters: {},
}

// programDirs are looked through in this order. PATH is not asked: that of an
// ordinary user lacks the first two, and that of root could name another program.
var programDirs = []string{"/usr/sbin", "/sbin", "/usr/bin", "/bin"}

// listTime is enough for a host with thousands of rules.
const listTime = 15 * time.Second

// packetFilter runs the programs that list packet rules.
type packetFilter struct {
	dirs []string
}

func (p packetFilter) List(ctx context.Context, tool checks.RuleTool, limit int64) ([]byte, error) {
	args, known := listArgs[tool]
	if !known {
		return nil, fmt.Errorf("%w: %s", fs.ErrNotExist, tool)
	}
	name, _, counters := strings.Cut(string(tool), " ")
	var program string
	for _, dir := range p.dirs {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			program = path
			break
		}
	}
	if program == "" {
		return nil, fs.ErrNotExist
	}
	ctx, cancel := context.WithTimeout(ctx, listTime)
	defer cancel()
	out, stderr := &bounded{left: limit + 1}, &bounded{left: 4096}
	c := exec.CommandContext(ctx, program, args...)
	c.Stdout, c.Stderr, c.Dir = out, stderr, "/"
	c.Env = []string{"LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"} // ebtables-save is a script
	if counters {
		c.Env = append(c.Env, "EBTABLES_SAVE_COUNTER=yes")
	}
	c.WaitDelay = time.Second
	err := c.Run()
	switch {
	case err == nil && int64(out.Len()) > limit:
		return nil, fmt.Errorf(text.T().Checks.TooLarge, limit)
	case err == nil:
		return out.Bytes(), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	if os.Geteuid() != 0 {
		return nil, &notAllowed{text.T().Checks.Host.NeedsRoot}
	}
	said := bytes.TrimSpace(stderr.Bytes())
	return nil, errors.Join(fmt.Errorf("%s: %w", tool, err), errors.New(string(said)))
}

// notAllowed is fs.ErrPermission in words for a person.
type notAllowed struct{ what string }

func (e *notAllowed) Error() string { return e.what }
func (e *notAllowed) Unwrap() error { return fs.ErrPermission }
