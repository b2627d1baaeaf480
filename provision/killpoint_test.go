//go:build killpoints

package provision

import (
	"path/filepath"
	"testing"
)

func TestABuildForTestsKillsItselfWhereTheEnvironmentSays(t *testing.T) {
	for _, env := range []string{"CLAWARIUM_KILL_AT=done:x,begin:step-1", "CLAWARIUM_KILL_AFTER=step-1:1ms"} {
		dir, root := filepath.Join(t.TempDir(), "m"), t.TempDir()
		c := helper(t, "run", dir, root, "do", "environment")
		c.Env = append(c.Env, env)
		if err := c.Run(); err == nil || err.Error() != "signal: killed" {
			t.Errorf("%s: %v", env, err)
		}
		s, err := State(dir)
		if err != nil || len(s.Steps) != 2 || s.Steps[1].ID != "step-1" || s.Steps[1].Done {
			t.Errorf("%s: %+v, %v", env, s.Steps, err)
		}
	}
}
