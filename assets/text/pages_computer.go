package text

// ComputerPage is the look at this computer, and what is done about what was found.
type ComputerPage struct {
	About, Looking, Failed, Again    string
	Fine, Fair, Stopped, StoppedOnes string
	Unlooked                         string

	Groups   map[string]string // stops, worth, fine
	FineMany string            // number
	GoOn     string
	Takes    string // time, download, disk

	// One finding.
	Why, ToDo, Commands, CanMend, CanUndo string

	// What is done about it.
	Mend, UndoIt, TryAgain, Halt, LeaveNow        string // what keys do
	AskFix, AskSudo, AskUndo, FixNo               string
	FixYes, UndoYes                               string
	NeedsLogin, NeedsReboot, NeedsRestart         string
	OnTerminal, OffTerminal                       string
	Mending, Undoing, Runs, Done                  string // title; title; -; what it needs
	Helped, HelpedNot, Undone, NotWorked          string
	Halted, Kept                                  string
	AskHalt, AskHaltAbout, HaltNo, HaltYes        string
	LineAsk, LineAskStops, LineFix, LineUndo      string
	LineRun, LineNotRun, WordsNext, WordsUndoLast string
}

var enComputer = ComputerPage{
	About:       "Can this computer hold the machine? Nothing is changed by looking.",
	Looking:     "Looking at: %s",
	Failed:      "This computer could not be looked at.",
	Again:       "look again",
	Fine:        "This computer is ready.",
	Fair:        "You can go on. Read what stands under “Worth knowing”.",
	Stopped:     "One thing keeps the machine from being made. Mend it, then press r.",
	StoppedOnes: "%d things keep the machine from being made. Mend them, then press r.",
	Unlooked:    "You can go on; what is missing will show at the latest when it is needed.",

	Groups:   map[string]string{"stops": "Stops you", "worth": "Worth knowing", "fine": "Fine"},
	FineMany: "%d things are in order",
	GoOn:     "Go on",
	Takes:    "On this computer it takes about %s, %s of download and %s of disk.",

	Why: "Why it matters", ToDo: "What to do", Commands: "By hand, in a terminal", CanMend: "clawarium can do it for you", CanUndo: "It can be undone afterwards.",

	Mend: "do it for me", UndoIt: "undo it", TryAgain: "try again", Halt: "stop", LeaveNow: "leave",
	AskFix: "Run this on your computer?", AskSudo: "sudo may ask for your password; it has the terminal to itself meanwhile.",
	AskUndo: "Undo this on your computer?", FixNo: "leave it", FixYes: "run it", UndoYes: "undo it",
	NeedsLogin:   "It is in force once you have logged out of this computer and in again.",
	NeedsReboot:  "It is in force once this computer has been started anew.",
	NeedsRestart: "clawarium then starts itself anew and comes back here, with all your answers.",
	OnTerminal:   "clawarium runs what you agreed to. If sudo asks for your password, type it here; it is not shown. ctrl+c leaves and keeps your answers.",
	OffTerminal:  "That is all. The screen comes back.",
	Mending:      "Doing it for you: %s", Undoing: "Undoing: %s", Runs: "Running …", Done: "Done. %s",
	Helped: "It worked: this computer was looked at again.", HelpedNot: "It ran, but what was found is still so.",
	Undone: "It is undone.", NotWorked: "What it said is above. You can try again, or type the commands yourself.",
	Halted: "stopped while something was being done on your computer", Kept: "Your answers are kept until then, but for a model key.",
	AskHalt: "Stop it?", AskHaltAbout: "What its commands have done so far stays done.", HaltNo: "go on", HaltYes: "stop it",

	LineAsk:      "Type a number to read about it, again to look once more, or next to go on [next]:",
	LineAskStops: "Type a number to read about it, again to look once more, or quit:",
	LineFix:      "Do it for you? Type yes, or anything else to leave it:",
	LineUndo:     "undo takes back what was done last.",
	LineRun:      "This is run:", LineNotRun: "Nothing was run.",
	WordsNext: "next,go on", WordsUndoLast: "undo",
}

var zhComputer = ComputerPage{
	About:       "这台电脑放得下这台虚拟机吗？查看不会改动任何东西。",
	Looking:     "正在查看：%s",
	Failed:      "无法查看这台电脑。",
	Again:       "再看一次",
	Fine:        "这台电脑已经就绪。",
	Fair:        "可以继续。请读一读“值得知道的”。",
	Stopped:     "有一项问题使虚拟机无法创建。请先解决，再按 r。",
	StoppedOnes: "有 %d 项问题使虚拟机无法创建。请先解决，再按 r。",
	Unlooked:    "可以继续；若有欠缺，最迟会在用到时指出。",

	Groups:   map[string]string{"stops": "使你无法继续的", "worth": "值得知道的", "fine": "正常的"},
	FineMany: "%d 项正常",
	GoOn:     "继续",
	Takes:    "在这台电脑上大约需要 %s，下载 %s，占用磁盘 %s。",

	Why: "为什么重要", ToDo: "怎么办", Commands: "自己动手，在终端里输入", CanMend: "clawarium 可以替你做", CanUndo: "之后可以撤销。",

	Mend: "替我做", UndoIt: "撤销", TryAgain: "再试一次", Halt: "停下", LeaveNow: "离开",
	AskFix: "在你的电脑上运行这些吗？", AskSudo: "sudo 可能会询问你的密码；这期间终端由它使用。",
	AskUndo: "在你的电脑上撤销这一项吗？", FixNo: "不运行", FixYes: "运行", UndoYes: "撤销",
	NeedsLogin:   "要在注销并重新登录这台电脑之后才生效。",
	NeedsReboot:  "要在重新启动这台电脑之后才生效。",
	NeedsRestart: "之后 clawarium 会自行重新启动，带着你的全部回答回到这里。",
	OnTerminal:   "clawarium 正在运行你同意的命令。sudo 若询问你的密码，请在这里输入；密码不会显示。按 ctrl+c 离开，回答会保留。",
	OffTerminal:  "结束了，画面即将恢复。",
	Mending:      "正在替你做：%s", Undoing: "正在撤销：%s", Runs: "正在运行……", Done: "完成。%s",
	Helped: "成功了：已经重新查看过这台电脑。", HelpedNot: "已经运行，但发现的问题仍然存在。",
	Undone: "已经撤销。", NotWorked: "它的输出在上面。你可以再试一次，或自己输入这些命令。",
	Halted: "在你的电脑上做到一半时停下", Kept: "在那之前你的回答会保留，模型密钥除外。",
	AskHalt: "要停下吗？", AskHaltAbout: "它的命令已经做了的，不会恢复。", HaltNo: "继续", HaltYes: "停下",

	LineAsk:      "输入数字查看详情，输入“再看”重新查看，或输入“继续” [继续]：",
	LineAskStops: "输入数字查看详情，输入“再看”重新查看，或输入“退出”：",
	LineFix:      "要替你做吗？输入“是”确认，其他任何输入则保持不变：",
	LineUndo:     "输入“撤销”可撤销最后做的一项。",
	LineRun:      "将要运行：", LineNotRun: "什么都没有运行。",
	WordsNext: "继续,下一步", WordsUndoLast: "撤销",
}
