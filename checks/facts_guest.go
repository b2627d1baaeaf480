package checks

// GuestMore is what the guest reports of OpenClaw's policies, versions, logs and
// patches.
type GuestMore struct{}

var guestControls = []judged{}
