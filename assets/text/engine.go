package text

// Engine is what is said about the area engine.
type Engine struct{}

var enEngine = Engine{}

var zhEngine = Engine{}
