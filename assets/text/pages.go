package text

// Pages is what is said on the pages before anything is made.
type Pages struct{}

var enPages = Pages{}

var zhPages = Pages{}
