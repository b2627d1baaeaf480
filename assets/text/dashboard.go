package text

// Dashboard is what is said on the dashboard of a machine that exists, and its re-hardening.
type Dashboard struct {
	Repairing Repairing
}

// Repairing is what is said while a repair runs and about how it ended.
type Repairing struct {
	Head, HeadBack string // machine
	Ended          string // machine: after it ended
	LookingAgain   string
	Preparing      string
	Stopping       string
	More           string // lines above or below that are not shown: their number

	Leave, LeaveAbout, LeaveBackAbout string
	LeaveOn, LeaveLater, LeaveTake    string

	Later, LaterHint string // stopped, kept for later
	TooLate          string // it had ended before the wish to stop reached it
	NothingBegun     string
	Failed           string // neither kept nor taken back
	Because          string
}

var enDashboard = Dashboard{Repairing: enRepairing}

var enRepairing = Repairing{
	Head: "Repairing the machine %q", HeadBack: "Taking the repair of the machine %q back",
	Ended:        "Repair of the machine %q",
	LookingAgain: "Looking at the machine again, to compare with before …",
	Preparing:    "Preparing …",
	Stopping:     "Coming to a stop; what is half done is finished first …",
	More:         "%d more lines",

	Leave:          "A repair is running",
	LeaveAbout:     "If you stop, it is kept as it is now; re-hardening goes on with it, or takes it back, whenever you like.",
	LeaveBackAbout: "It is being taken back. If you stop, re-hardening goes on taking it back whenever you like.",
	LeaveOn:        "go on", LeaveLater: "stop and keep it for later", LeaveTake: "take it back now",

	Later:        "Stopped. The repair is kept as it is.",
	LaterHint:    "Come back to re-hardening to go on with it or to take it back.",
	TooLate:      "It had come to its end before it could be stopped.",
	NothingBegun: "Nothing was begun, so there is nothing to take back.",
	Failed:       "The repair is neither kept nor taken back.",
	Because:      "Why: %s",
}

var zhDashboard = Dashboard{Repairing: zhRepairing}

var zhRepairing = Repairing{
	Head: "正在修复虚拟机 %q", HeadBack: "正在撤回对虚拟机 %q 的修复",
	Ended:        "对虚拟机 %q 的修复",
	LookingAgain: "正在再次查看虚拟机，与之前比较……",
	Preparing:    "正在准备……",
	Stopping:     "正在停下；做到一半的会先做完……",
	More:         "还有 %d 行",

	Leave:          "修复正在进行",
	LeaveAbout:     "停下后，修复会保持现在的样子；你随时可以在“重新加固”里继续或撤回它。",
	LeaveBackAbout: "正在撤回修复。停下后，你随时可以在“重新加固”里继续撤回。",
	LeaveOn:        "继续", LeaveLater: "停下，留到以后", LeaveTake: "现在就撤回",

	Later:        "已停下。修复保持现在的样子。",
	LaterHint:    "回到“重新加固”即可继续或撤回它。",
	TooLate:      "停下之前，修复已经结束。",
	NothingBegun: "还没有开始任何改动，没有可撤回的。",
	Failed:       "修复既没有保留，也没有撤回。",
	Because:      "原因：%s",
}
