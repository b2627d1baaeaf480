package text

// Checks is what is said about the area checks.
type Checks struct{}

var enChecks = Checks{}

var zhChecks = Checks{}
