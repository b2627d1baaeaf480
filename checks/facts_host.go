package checks

// HostMore is what the host says beyond its part in the machine itself: what
// else of OpenClaw is on it, its packet filter, its own protection, and records
// of stops and backups.
type HostMore struct{}

var hostControls = []judged{}
