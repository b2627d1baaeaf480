package text

// Virt is what is said about the area virt.
type Virt struct{}

var enVirt = Virt{}

var zhVirt = Virt{}
