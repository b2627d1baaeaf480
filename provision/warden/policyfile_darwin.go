package warden

// This file: when a file was last changed in any way, as macOS names it.

import "syscall"

func changeTime(s *syscall.Stat_t) syscall.Timespec { return s.Ctimespec }
