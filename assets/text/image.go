package text

// Image is what is said about the area image.
type Image struct{}

var enImage = Image{}

var zhImage = Image{}
