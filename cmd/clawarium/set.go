package main

// --set key=value: single keys of the plan, read by the plan file's own reader.

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

// setKeys puts the assignments over p and validates the whole, reporting every
// problem at once.
func setKeys(p plan.Plan, assignments []string, h plan.Host) (plan.Plan, error) {
	if len(assignments) == 0 {
		return p, p.Validate(h)
	}
	t := &text.T().Command
	var wrong []error
	sections := map[string][]string{}
	var order []string
	for _, a := range assignments {
		key, value, ok := strings.Cut(a, "=")
		if !ok || key == "" || strings.ContainsAny(a, "\n\r") {
			wrong = append(wrong, usageError{&text.Fault{What: fmt.Sprintf(t.SetMalformed, a), Hint: t.SetMalformedHint}})
			continue
		}
		section, leaf, nested := strings.Cut(key, ".")
		if !nested {
			section, leaf = "", key
		}
		if v := strings.TrimSpace(value); plan.IsList(key) && !(strings.HasPrefix(v, "[") && strings.HasSuffix(v, "]")) {
			value = list(value)
		}
		if _, seen := sections[section]; !seen {
			order = append(order, section)
		}
		sections[section] = append(sections[section], leaf+": "+value)
	}
	if len(wrong) > 0 {
		return p, errors.Join(wrong...)
	}
	var file strings.Builder
	for _, section := range order {
		indent := ""
		if section != "" {
			file.WriteString(section + ":\n")
			indent = "  "
		}
		for _, line := range sections[section] {
			file.WriteString(indent + line + "\n")
		}
	}
	return plan.Read([]byte(file.String()), p, h)
}

// list is what was given for a list without YAML's brackets: entries with commas or
// blanks between them.
func list(given string) string {
	entries := strings.FieldsFunc(given, func(c rune) bool { return c == ',' || c == ' ' })
	for i, e := range entries {
		entries[i] = strconv.Quote(e)
	}
	return "[" + strings.Join(entries, ", ") + "]"
}

// validName checks a machine's name before any path is built from it.
func validName(name string, h plan.Host) error {
	p := plan.Default(h)
	p.Name = name
	for _, problem := range p.Problems(h) {
		if problem.Key == "name" {
			return problem
		}
	}
	return nil
}
