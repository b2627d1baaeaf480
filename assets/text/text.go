// Package text holds every sentence that clawarium says to a person, in
// English and 简体中文, and nothing else: one struct of strings, so that the
// compiler finds a missing or misspelt key, and one file an area.
//
// Formats use numbered verbs (%[1]s) where the two languages order their words
// differently. A test holds both languages complete and their verbs equal.
package text

import (
	"strings"
	"sync/atomic"
)

// incomparable stands in the groups with the most texts. Without it the compiler adds
// a function that compares two of them, which for these makes 60 kB that nothing calls.
type incomparable [0]func()

// Strings is everything that is said, one field an area. Each area's type and
// its two values live in a file of the area's name.
type Strings struct {
	Command   Command
	Usage     Usage
	Engine    Engine
	Steps     Steps
	Plan      Plan
	Image     Image
	Code      Code
	Virt      Virt
	Guest     Guest
	Host      Host
	Service   Service
	Allow     Allow
	Warden    Warden
	Preflight Preflight
	Checks    Checks
	Report    Report
	Harden    Harden
	Screen    Screen
	Pages     Pages
	Progress  Progress
	Results   Results
	Dashboard Dashboard
	Lines     Lines
}

// Languages that have a full set of strings.
const (
	English = "en"
	Chinese = "zh"
)

var (
	english = Strings{
		Command: enCommand, Usage: enUsage, Engine: enEngine, Steps: enSteps, Plan: enPlan, Image: enImage,
		Code: enCode, Virt: enVirt, Guest: enGuest, Host: enHost, Service: enService, Allow: enAllow, Warden: enWarden, Preflight: enPreflight, Checks: enChecks, Report: enReport,
		Harden: enHarden, Screen: enScreen, Pages: enPages, Progress: enProgress,
		Results: enResults, Dashboard: enDashboard, Lines: enLines,
	}
	chinese = Strings{
		Command: zhCommand, Usage: zhUsage, Engine: zhEngine, Steps: zhSteps, Plan: zhPlan, Image: zhImage,
		Code: zhCode, Virt: zhVirt, Guest: zhGuest, Host: zhHost, Service: zhService, Allow: zhAllow, Warden: zhWarden, Preflight: zhPreflight, Checks: zhChecks, Report: zhReport,
		Harden: zhHarden, Screen: zhScreen, Pages: zhPages, Progress: zhProgress,
		Results: zhResults, Dashboard: zhDashboard, Lines: zhLines,
	}
	current atomic.Pointer[Strings]
)

// T returns the strings of the language in use. English until Use says otherwise.
func T() *Strings {
	if current.Load() == nil {
		Use(English)
	}
	return current.Load()
}

// Use switches the language for the whole process; it is called once, before
// anything is said. An unknown language means English.
func Use(lang string) { current.Store(in(lang)) }

// FromEnviron picks a language the way POSIX orders it: the first of LC_ALL,
// LC_MESSAGES and LANG that is set decides.
func FromEnviron(getenv func(string) string) string {
	for _, key := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(key); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "zh") {
				return Chinese
			}
			return English
		}
	}
	return English
}
