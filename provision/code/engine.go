package code

// This file: whether a version of Node is within what a package says it needs, in
// npm's grammar of ranges (https://docs.npmjs.com/cli/configuring-npm/package-json#engines),
// as far as packages use it for engines.

import (
	"errors"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"
)

var errRange = errors.New("not a range of versions")

// strictVersion says whether s is a whole version as semver.org has it, without a v.
func strictVersion(s string) bool {
	return semver.IsValid("v"+s) && strings.Count(strings.SplitN(strings.SplitN(s, "-", 2)[0], "+", 2)[0], ".") == 2
}

// within says whether a version is in a range: alternatives separated by ||, each of
// comparisons that all have to hold.
func within(version, wanted string) (bool, error) {
	if !strictVersion(version) {
		return false, errRange
	}
	is, any := "v"+version, false
	for alternative := range strings.SplitSeq(wanted, "||") {
		all := true
		for word := range strings.FieldsSeq(joinOperators.Replace(alternative)) {
			holds, err := compares(is, word)
			if err != nil {
				return false, err
			}
			all = all && holds
		}
		any = any || all && semver.Prerelease(is) == ""
	}
	return any, nil
}

// joinOperators takes out the blanks that may follow an operator.
var joinOperators = strings.NewReplacer(">= ", ">=", "<= ", "<=", "> ", ">", "< ", "<", "= ", "=", "^ ", "^", "~ ", "~")

// compares holds a version against one comparison.
func compares(is, word string) (bool, error) {
	if word == "*" || word == "x" {
		return true, nil
	}
	operator := word[:len(word)-len(strings.TrimLeft(word, "<>=^~"))]
	bare := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(word[len(operator):], "v"), ".x"), ".x")
	if !semver.IsValid("v" + bare) {
		return false, errRange
	}
	than, dots := semver.Canonical("v"+bare), strings.Count(bare, ".")
	low := semver.Compare(is, than)
	switch operator {
	case ">=":
		return low >= 0, nil
	case ">":
		return low > 0 && !(dots < 2 && semver.Compare(is, next(than, dots)) < 0), nil
	case "<":
		return low < 0, nil
	case "<=":
		return low <= 0 || dots < 2 && semver.Compare(is, next(than, dots)) < 0, nil
	case "~":
		return low >= 0 && semver.Compare(is, next(than, min(dots, 1))) < 0, nil
	case "^":
		first := 0 // the leftmost number that is not 0 stays
		if semver.Major(than) == "v0" {
			first = min(dots, 1)
		}
		return low >= 0 && semver.Compare(is, next(than, first)) < 0, nil
	case "", "=":
		if dots < 2 { // 24 is every 24.x.y
			return low >= 0 && semver.Compare(is, next(than, dots)) < 0, nil
		}
		return low == 0, nil
	}
	return false, errRange
}

// next is the version with the number at a place raised by one, and zeros behind it.
func next(version string, place int) string {
	numbers := strings.Split(strings.TrimPrefix(strings.SplitN(version, "-", 2)[0], "v"), ".")
	n, _ := strconv.Atoi(numbers[place])
	numbers[place] = strconv.Itoa(n + 1)
	for i := place + 1; i < len(numbers); i++ {
		numbers[i] = "0"
	}
	return "v" + strings.Join(numbers, ".")
}
