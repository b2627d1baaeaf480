package text

// in returns the strings of a language. The program as it is published has them packed:
// assets/text/small makes another file of this one, and has what it needs in pack.go.
func in(lang string) *Strings {
	if lang == Chinese {
		return &chinese
	}
	return &english
}
