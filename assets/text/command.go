package text

// Command is what is said about the area command.
type Command struct{}

var enCommand = Command{}

var zhCommand = Command{}
