package text

// Plan is what is said about the area plan.
type Plan struct{}

var enPlan = Plan{}

var zhPlan = Plan{}
