package ui

// The questions about a plan, as data: the screen makes its forms of them and the
// line mode its conversation, so that both ask the same and take the same
// answers.

import (
	"strings"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

// question is one key of the plan.
type question struct {
	key string
	// when says whether the question arises; nil means always.
	when func(plan.Plan) bool
	// seldom is asked only of those who want to set everything.
	seldom bool
	// idle says that the answer has no effect where the question does not arise: it
	// may stay for when it does.
	idle bool
}

// topic is the questions of one page, by the page's name.
type topic struct {
	page      string
	questions []question
}

// topics are all questions about a plan, in order. The language is asked on the
// welcome page, and the version of the file is no question.
var topics = []topic{
	{"size", []question{
		{key: "name"}, {key: "machine.cpus"}, {key: "machine.memory"}, {key: "machine.systemDisk"},
		{key: "connection", seldom: true}, {key: "machine.acceleration", seldom: true}, {key: "machine.clock", seldom: true},
	}},
	{"sources", []question{
		{key: "image.source"},
		{key: "image.file", when: ownImage}, {key: "image.sha512", when: ownImage},
		{key: "image.mirrors", seldom: true, when: func(p plan.Plan) bool { return p.Image.Source == plan.Auto || p.Image.Source == plan.Official }},
		{key: "openclaw.registry", seldom: true},
		{key: "openclaw.lockfile", seldom: true},
		{key: "openclaw.version", seldom: true, when: func(p plan.Plan) bool { return p.OpenClaw.Lockfile != "" }},
		{key: "network.proxy"}, {key: "network.ca"},
	}},
	{"account", []question{{key: "machine.dataDisk"}}},
	{"network", []question{
		{key: "network.level"}, {key: "openclaw.provider"},
		{key: "network.channels", when: byName, idle: true}, {key: "network.allow", when: byName, idle: true},
		{key: "network.modelServer", seldom: true, idle: true, when: func(p plan.Plan) bool { return p.Network.Level != plan.Offline }},
		{key: "network.subnet", seldom: true, when: func(p plan.Plan) bool { return p.Connection == plan.System }},
		{key: "network.sshPort", seldom: true, when: func(p plan.Plan) bool { return p.Connection == plan.Session }},
	}},
	{"rights", []question{{key: "openclaw.preset"}}},
}

func ownImage(p plan.Plan) bool { return p.Image.Source == plan.File }
func byName(p plan.Plan) bool   { return p.Network.Level == plan.Allowlist }

// topicOf is the topic of a page; nil when the page asks nothing of the plan.
func topicOf(page string) *topic {
	for i := range topics {
		if topics[i].page == page {
			return &topics[i]
		}
	}
	return nil
}

// arises says whether a question is to be asked. What is seldom asked is asked
// all the same once its answer is not the suggested one.
func (q question) arises(p, suggested plan.Plan, everything bool) bool {
	if q.when != nil && !q.when(p) {
		return false
	}
	return everything || !q.seldom || p.Typed(q.key) != suggested.Typed(q.key)
}

func (q question) label() string { return text.T().Screen.Label[q.key] }
func (q question) about() string { return text.T().Screen.About[q.key] }

// several says whether any number of the choices is an answer.
func (q question) several() bool { return plan.IsList(q.key) && plan.Choices(q.key) != nil }

// named is an answer in words: each choice by its name, and what was typed as it is.
func (q question) named(answer string) string {
	switch {
	case q.several():
		names := strings.Fields(answer)
		for i, value := range names {
			names[i] = choiceName(q.key, value)
		}
		return strings.Join(names, text.T().Lines.And)
	case plan.Choices(q.key) != nil:
		return choiceName(q.key, answer)
	}
	return answer
}

// choices are the answers to choose from; nil when the answer is typed.
func (q question) choices() []choice {
	var out []choice
	for _, value := range plan.Choices(q.key) {
		out = append(out, choice{value, choiceName(q.key, value), text.T().Screen.Meaning[q.key+"="+value]})
	}
	return out
}

// choice is one answer: its value in the plan, in words, and what it leads to.
type choice struct{ value, name, meaning string }

func choiceName(key, value string) string {
	if name := text.T().Screen.Choice[key+"="+value]; name != "" {
		return name
	}
	return value
}

// settle takes back the answers to questions that do not arise any more, so that
// an answer that cannot be seen has no say. What was suggested counts only where
// the question arises for it: else it is a mistake that nobody could mend.
func settle(p, suggested plan.Plan, h plan.Host) plan.Plan {
	plain := plan.Default(h)
	for _, t := range topics {
		for _, q := range t.questions {
			if q.when == nil || q.when(p) || q.idle {
				continue
			}
			from := plain
			if q.when(suggested) {
				from = suggested
			}
			if back, err := p.With(q.key, from.Typed(q.key), h); err == nil {
				p = back
			}
		}
	}
	return p
}

// wrongWith is what is wrong with an answer in one line, with what to do; empty
// when nothing is.
func wrongWith(err error) string {
	if err == nil {
		return ""
	}
	said := []string{clean(strings.ReplaceAll(err.Error(), "\n", " "))}
	for _, hint := range text.Hint(err) {
		said = append(said, clean(strings.ReplaceAll(hint, "\n", " ")))
	}
	return strings.Join(said, " · ")
}
