package text

// Steps is what is said about the area steps.
type Steps struct{}

var enSteps = Steps{}

var zhSteps = Steps{}
