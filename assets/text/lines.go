package text

// Lines is what is said on the same conversation without a screen.
type Lines struct{}

var enLines = Lines{}

var zhLines = Lines{}
