package text

// Dashboard is what is said on the dashboard of a machine that exists, and its re-hardening.
type Dashboard struct{}

var enDashboard = Dashboard{}

var zhDashboard = Dashboard{}
