package text

// ChecksHost is what is said about what else is on the host: HostMore in package checks.
type ChecksHost struct{}

var enChecksHost = ChecksHost{}

var zhChecksHost = ChecksHost{}
