package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clawarium/clawarium/assets/controls"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// Choose reads the controls that a flag names, in any order and either case,
// apart by commas. Everything that is wrong is told at once, each a *text.Fault.
// What it returns is in the order of the catalogue.
func Choose(flag string, names []string) ([]checks.ID, error) {
	t := &text.T().Report
	all := controls.All()
	asked := map[string]bool{}
	var wrong []error
	for _, part := range names {
		for name := range strings.SplitSeq(part, ",") {
			name = strings.TrimSpace(name)
			id := strings.ToUpper(name)
			switch {
			case name == "" || asked[id]:
				continue
			case !slices.ContainsFunc(all, func(c controls.Control) bool { return c.ID == id }):
				wrong = append(wrong, &text.Fault{
					What: fmt.Sprintf(t.UnknownControl, clean(name, maxWord)),
					Hint: fmt.Sprintf(t.UnknownControlHint, all[0].ID, all[len(all)-1].ID)})
			}
			asked[id] = true
		}
	}
	if len(asked) == 0 {
		wrong = append(wrong, &text.Fault{What: fmt.Sprintf(t.NoControl, flag), Hint: t.NoControlHint})
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	var ids []checks.ID
	for _, c := range all {
		if asked[c.ID] {
			ids = append(ids, checks.ID(c.ID))
		}
	}
	return ids, nil
}
