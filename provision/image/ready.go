package image

// Buildable says what is missing on this computer for building an image of arch
// here; nil when nothing is. All of it is told at once.
func Buildable(arch string) error { return buildable(arch) }

// Scratch is where building an image takes room, and how much, in bytes.
func Scratch() (dir string, bytes int64) {
	dir, _ = workParent()
	return dir, scratch
}
