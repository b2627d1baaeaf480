package checks

var guestDamages = []damage{}

var guestNeeds = map[ID][]string{}
