package host

// The units of this computer's systemd, as they are. Nothing is changed.

import (
	"context"
	"os"
	"os/exec"
	"strings"
)

// Units says of each unit whether it is enabled and active: "disabled inactive". A
// name of another unit's is not in it.
func Units(ctx context.Context, names []string) (map[string]string, error) {
	cmd := exec.CommandContext(ctx, "systemctl",
		append([]string{"--no-pager", "--no-ask-password", "show", "--property=Id,UnitFileState,ActiveState", "--"}, names...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	return unitsIn(string(out)), nil
}

func unitsIn(shown string) map[string]string {
	all := map[string]string{}
	for one := range strings.SplitSeq(shown, "\n\n") {
		has := map[string]string{}
		for line := range strings.Lines(one) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			has[key] = value
		}
		if has["Id"] != "" {
			all[has["Id"]] = has["UnitFileState"] + " " + has["ActiveState"]
		}
	}
	return all
}
