package checks

// Subject is the machine to look at and what was decided when it was made: the
// values that evidence is held against. All of it comes from the journal, none
// from the guest.
type Subject struct {
	Machine string `json:"machine"` // the plan's name of it
	Domain  string `json:"domain"`  // libvirt's name; layout.Domain(Machine) when empty
	URI     string `json:"uri"`     // of the libvirt connection
	System  bool   `json:"system"`  // qemu:///system, as against a session
	UUID    string `json:"uuid"`    // of the domain

	GuestIP string `json:"guestIP,omitempty"` // system mode only
	HostIP  string `json:"hostIP,omitempty"`  // of the bridge; system mode only
	SSHPort int    `json:"sshPort,omitempty"` // on 127.0.0.1; session mode only

	// QemuArgs are the arguments that we ourselves pass by
	// <qemu:commandline>, in order; any other makes K1 not met.
	QemuArgs []string `json:"qemuArgs"`

	Image Image    `json:"image"`
	Code  CodeDisk `json:"code"`

	// Tokens has the SHA-256 of the gateway token of every other machine that
	// this host has had, by machine name.
	Tokens map[string]string `json:"tokens,omitempty"`
	// Ensures names the steps that ensure a control; it fills Finding.Fix.
	Ensures map[ID][]string `json:"ensures,omitempty"`

	SubjectHost
	SubjectKept
	SubjectPolicy
	SubjectEgress

	Version  string `json:"version"`  // of clawarium
	OpenClaw string `json:"openclaw"` // version on the code disk
	Node     string `json:"node"`     // version on the code disk
}

// Image is the base image that the system disk is a thin layer over.
type Image struct {
	Path   string `json:"path"`   // in the cache; "" when it is not kept
	Volume string `json:"volume"` // in the pool; layout.BaseVolume(SHA512) when empty
	SHA512 string `json:"sha512"`
	Source string `json:"source"` // official, publisher, build or file
	Note   string `json:"note,omitempty"`
}

// CodeDisk is the read-only disk with Node and OpenClaw.
type CodeDisk struct {
	Path     string `json:"path"`     // in the cache; "" when it is not kept
	Volume   string `json:"volume"`   // in the pool; layout.CodeVolume(SHA256) when empty
	SHA256   string `json:"sha256"`   // of the squashfs
	Manifest string `json:"manifest"` // path of the manifest made with it
}
