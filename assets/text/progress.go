package text

// Progress is what is said on the page that shows steps as they run.
type Progress struct{}

var enProgress = Progress{}

var zhProgress = Progress{}
