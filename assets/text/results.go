package text

// Results is what is said on the self-check screen.
type Results struct{}

var enResults = Results{}

var zhResults = Results{}
