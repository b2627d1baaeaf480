package text

// ChecksKept is what is said about files whose content matters, baselines and promises: GuestKept in package checks.
type ChecksKept struct{}

var enChecksKept = ChecksKept{}

var zhChecksKept = ChecksKept{}
