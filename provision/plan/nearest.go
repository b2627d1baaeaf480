package plan

import "strings"

// nearest finds the candidate that a misspelling most likely meant: the one with
// the fewest edits (a neighbouring swap counts as one), if at most a third of
// the longer word was edited. Case, hyphens and underscores are not counted.
func nearest(word string, candidates []string) (string, bool) {
	plain := func(s string) []rune {
		return []rune(strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(s)))
	}
	w := plain(word)
	if len(w) == 0 || len(w) > 64 {
		return "", false
	}
	best, found := "", false
	least := 0
	for _, c := range candidates {
		r := plain(c)
		d := edits(w, r)
		if d > max(1, max(len(w), len(r))/3) || d >= len(r) {
			continue
		}
		if !found || d < least {
			best, least, found = c, d, true
		}
	}
	return best, found
}

// edits is the optimal string alignment distance.
func edits(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
