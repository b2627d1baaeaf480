package checks

// GuestKept is what the guest reports of files whose content matters: skills,
// settings, memory, and what should not be in them.
type GuestKept struct{}

// SubjectKept is what the host keeps to compare with: baselines and the owner's
// word.
type SubjectKept struct{}

var keptControls = []judged{}
