package checks

var keptDamages = []damage{}

var keptNeeds = map[ID][]string{}

var otherOnGood = map[ID]Status{}
