// Package report holds the page that `clawarium check --html` fills in.
package report

import _ "embed"

// Page is a template of html/template: one file, no script, nothing loaded.
//
//go:embed page.html
var Page string
