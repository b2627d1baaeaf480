//go:build !linux

package image

import "context"

// endOrphans has nothing to do where nothing is built.
func endOrphans(context.Context, string, Reporter) {}
