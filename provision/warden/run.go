package warden

// This file: the warden's life. It holds the lock, keeps a channel into the guest, and
// looks once a second at everything that time or the owner may have changed.
