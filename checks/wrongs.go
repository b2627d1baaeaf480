package checks

import (
	"fmt"

	"github.com/clawarium/clawarium/provision/plan"
)

// Wrong is one thing that must not be, for which a control is not met.
type Wrong struct {
	Where Place
	Line  string // as in Finding.Evidence
}

// Wrongs returns what each control that is not met is not met for, each with its
// place. It is Judge's view of the evidence and as pure.
func Wrongs(p plan.Plan, e Evidence) map[ID][]Wrong {
	out := map[ID][]Wrong{}
	judgeEach(p, e, func(id ID, l *look) {
		for i, n := range l.wrongs {
			if i == maxNotes {
				out[id] = append(out[id], Wrong{n.where, fmt.Sprintf(l.t.AndMore, len(l.wrongs)-maxNotes)})
				break
			}
			out[id] = append(out[id], Wrong{n.where, n.line})
		}
	})
	return out
}
