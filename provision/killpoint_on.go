//go:build killpoints

package provision

// For tests of kill -9 on real parts: a build with the tag killpoints kills
// itself where the environment says.
//
//	CLAWARIUM_KILL_AT=begin:STEP[,undo:STEP…]   right after that entry is on the disk
//	CLAWARIUM_KILL_AFTER=STEP:DURATION[,…]      so long after the step began
//
// The points are begin, done, undo and undone.

import (
	"os"
	"strings"
	"syscall"
	"time"
)

func killpoint() func(point string) {
	at := map[string]bool{}
	for _, p := range strings.Split(os.Getenv("CLAWARIUM_KILL_AT"), ",") {
		at[strings.TrimSpace(p)] = true
	}
	after := map[string]time.Duration{}
	for _, p := range strings.Split(os.Getenv("CLAWARIUM_KILL_AFTER"), ",") {
		if step, wait, ok := strings.Cut(strings.TrimSpace(p), ":"); ok {
			d, err := time.ParseDuration(wait)
			if err != nil {
				panic("CLAWARIUM_KILL_AFTER: " + err.Error())
			}
			after["begin:"+step] = d
		}
	}
	kill := func() { syscall.Kill(os.Getpid(), syscall.SIGKILL) }
	return func(point string) {
		if at[point] {
			kill()
			select {}
		}
		if d, ok := after[point]; ok {
			time.AfterFunc(d, kill)
		}
	}
}
