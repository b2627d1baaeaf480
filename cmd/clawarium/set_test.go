package main

import (
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

func TestListsAreSetWithCommasOrAsYAML(t *testing.T) {
	h := plan.Host{CPUs: 8, Memory: 16 * plan.GiB, FreeDisk: 100 * plan.GiB}
	for _, c := range []struct{ assignment, key, want string }{
		{"network.channels=telegram", "network.channels", "telegram"},
		{"network.channels=telegram, slack", "network.channels", "telegram slack"},
		{"network.channels=[telegram, slack]", "network.channels", "telegram slack"},
		{"network.channels=", "network.channels", ""},
		{"network.allow=*.example.org,[2620:fe::fe]:853,x.example:8443", "network.allow", "*.example.org [2620:fe::fe]:853 x.example:8443"},
		{`network.allow=["*.example.org"]`, "network.allow", "*.example.org"},
		{"network.modelServer=192.168.1.20:11434", "network.modelServer", "192.168.1.20:11434"},
		{"image.mirrors=https://a.example/x", "image.mirrors", "https://a.example/x"},
	} {
		p, err := setKeys(plan.Default(h), []string{c.assignment}, h)
		if err != nil || p.Get(c.key) != c.want {
			t.Errorf("%s: %q, %v", c.assignment, p.Get(c.key), err)
		}
	}
}

func TestAllThatIsWrongWithListsIsToldAtOnce(t *testing.T) {
	h := plan.Host{CPUs: 8, Memory: 16 * plan.GiB, FreeDisk: 100 * plan.GiB}
	_, err := setKeys(plan.Default(h), []string{"network.channels=irc,telegram", "network.allow=*.com 10.0.0.1 x.example", "network.modelServer=nas"}, h)
	if found := plan.Problems(err); len(found) != 4 || len(text.Hint(err)) != 4 {
		t.Errorf("%v", err)
	}
	for _, value := range []string{`"irc"`, `"*.com"`, `"10.0.0.1"`, `"nas"`} {
		if !strings.Contains(err.Error(), value) {
			t.Errorf("%s is not named: %v", value, err)
		}
	}
}
