package text

// ChecksGuest is what is said about policies, versions, logs and patches in the guest: GuestMore in package checks.
type ChecksGuest struct{}

var enChecksGuest = ChecksGuest{}

var zhChecksGuest = ChecksGuest{}
