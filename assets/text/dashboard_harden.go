package text

// HardenScreen is what the screen of re-hardening says besides Harden.
type HardenScreen struct {
	FailedHead, PendingHead, PendingAbout  string
	PendingOn, PendingTake, PendingLater   string
	OpenHead, OpenAbout, CloseYes, CloseNo string
	LookingHead, LookingAbout, Looking     string // machine

	ListAbout                        string
	Choice                           map[string]string // repair, accept, leave
	Detail, GoOn, Home               string            // what keys do
	NoRepair, NoAccept, NoAcceptRule string            // number
	NothingChosen, NothingChosenHint string
	ReviewHead, WillMake             string
	WillRestart                      string // duration
	NoRestart, WillAccept            string
	WillLeave                        string // number
	ThenLooks                        string
	Agree, AgreeAbout, AgreeAccept   string
	AgreeRestart                     string // duration
	AgreeNo, AgreeYes                string
	LapsedHead, EndHead, TakenBack   string
	LeaveAbout                       string
}

var enHardenScreen = HardenScreen{
	FailedHead: "It cannot go on", PendingHead: "An earlier repair was not finished",
	PendingAbout: "Nothing else can be repaired before it is finished or taken back.",
	PendingOn:    "go on with it", PendingTake: "take it back: the machine becomes as it was before", PendingLater: "later: leave it as it is",
	OpenHead:  "Others on this computer can get at the machine's files",
	OpenAbout: "A key that others can read is not used, so clawarium may not get into the machine until they are closed.",
	CloseYes:  "close them to others", CloseNo: "leave them as they are",
	LookingHead: "Looking for what changed on %q", LookingAbout: "Nothing is changed meanwhile. On an emulated machine this takes a few minutes.",
	Looking: "Self-check, and each step's own look",

	ListAbout: "Choose for each. What you do not choose is left as it is.",
	Choice:    map[string]string{"repair": "repair", "accept": "accept", "leave": "leave"},
	Detail:    "details", GoOn: "go on", Home: "to your machine",
	NoRepair:      "number %d is not clawarium's to repair",
	NoAccept:      "number %d is nothing to accept; it can be repaired or left",
	NoAcceptRule:  "number %d cannot be accepted: a rule is broken by it, or a repair is there for it",
	NothingChosen: "nothing is chosen", NothingChosenHint: "press r to repair, a to accept or l to leave on each; esc goes back",
	ReviewHead:  "What will be done",
	WillMake:    "Made again, as it should be:",
	WillRestart: "The machine is shut down and started for this, about %s; OpenClaw does not answer meanwhile.",
	NoRestart:   "The machine is not restarted.",
	WillAccept:  "Accepted as it is now, as your new baseline (what later changes are compared with):",
	WillLeave:   "Left as they are: %d.",
	ThenLooks:   "Then everything is looked at again. If a step does not work or anything is worse than before, all of it is taken back.",
	Agree:       "Do it now?", AgreeAbout: "OpenClaw may not answer for a moment.",
	AgreeAccept:  "Only your baseline changes; the machine stays as it is.",
	AgreeRestart: "The machine is shut down and started, which takes about %s.",
	AgreeNo:      "not yet", AgreeYes: "yes, do it",
	LapsedHead: "Promises that have lapsed", EndHead: "How things stand now", TakenBack: "The repair was taken back.",
	LeaveAbout: "Nothing was changed. What you chose here is forgotten.",
}

var zhHardenScreen = HardenScreen{
	FailedHead: "无法继续", PendingHead: "有一次修复没有完成",
	PendingAbout: "在完成或撤回它之前，不能修复别的。",
	PendingOn:    "继续修复", PendingTake: "撤回：虚拟机恢复到修复之前", PendingLater: "以后再说：保持不动",
	OpenHead:  "这台电脑的其他用户可以接触虚拟机的文件",
	OpenAbout: "别人能读到的密钥不会被使用，所以在关闭之前，clawarium 可能进不了虚拟机。",
	CloseYes:  "对其他用户关闭", CloseNo: "保持不动",
	LookingHead: "正在查看 %q 有哪些变化", LookingAbout: "其间不做任何改动。纯模拟的虚拟机需要几分钟。",
	Looking: "自检，以及每一步自己的查看",

	ListAbout: "请逐项选择。没有选择的保持不动。",
	Choice:    map[string]string{"repair": "修复", "accept": "认可", "leave": "不动"},
	Detail:    "详情", GoOn: "继续", Home: "回到虚拟机",
	NoRepair:      "第 %d 处不由 clawarium 修复",
	NoAccept:      "第 %d 处没有可认可的内容，只能修复或不动",
	NoAcceptRule:  "第 %d 处不能认可：它违反了规则，或可以修复",
	NothingChosen: "还没有选择任何一项", NothingChosenHint: "逐项按 r 修复、a 认可或 l 不动；按 esc 返回",
	ReviewHead:  "将要做的事",
	WillMake:    "恢复成应有的样子：",
	WillRestart: "为此需要关闭并重新启动虚拟机，大约 %s，其间 OpenClaw 不应答。",
	NoRestart:   "不需要重启虚拟机。",
	WillAccept:  "认可现在的样子，作为你的新基线（以后的变化与它比较）：",
	WillLeave:   "保持不动的：%d 处。",
	ThenLooks:   "随后会再次查看一切。若有步骤没有成功，或有任何一项比之前更差，就全部撤回。",
	Agree:       "现在就做吗？", AgreeAbout: "OpenClaw 可能有片刻不应答。",
	AgreeAccept:  "只改变你的基线，虚拟机保持不动。",
	AgreeRestart: "虚拟机会关闭并重新启动，大约 %s。",
	AgreeNo:      "先不做", AgreeYes: "是，现在做",
	LapsedHead: "已过期的承诺", EndHead: "现在的情况", TakenBack: "修复已撤回。",
	LeaveAbout: "没有改动任何东西。你在这里的选择不会保留。",
}
