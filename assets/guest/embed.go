// Package guestfiles holds the files that clawarium puts into the machine. Those
// called .tmpl depend on the plan: a value goes where they say @NAME@. It imports
// nothing of the project.
package guestfiles

import "embed"

// FS holds them all: the seed's templates, the SSH configuration, units and
// scripts.
//
//go:embed *.tmpl *.sh *.py *.conf *.mount
var FS embed.FS
