package text

// Code is what is said about the area code.
type Code struct{}

var enCode = Code{}

var zhCode = Code{}
