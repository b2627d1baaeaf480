package checks

var hostDamages = []damage{}

var hostNeeds = map[ID][]string{}
