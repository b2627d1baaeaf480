// Package report holds the styles of the page that `clawarium check --html` writes.
package report

import "embed"

// Files holds page.css: nothing in it is loaded from elsewhere.
//
//go:embed page.css
var Files embed.FS
