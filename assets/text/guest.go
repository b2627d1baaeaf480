package text

// Guest is what is said about the area guest.
type Guest struct{}

var enGuest = Guest{}

var zhGuest = Guest{}
