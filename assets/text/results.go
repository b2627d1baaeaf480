package text

// Results is what is said on the self-check screen.
type Results struct {
	// What is known so far, and when was looked.
	Progress     string // settled, of how many, for how long
	Looked       string // when, how long
	Stopped      string // settled, of how many
	Open         string // status of what is still being looked at
	OpenAbout    string
	OpenGroup    string // heads those that have no place yet
	Off          string
	Shown        string // which statuses, in which order
	All          string
	By           map[string]string // order of the findings
	None         string            // status
	Facts        string            // versions, plan hash and connection
	Detail       string            // control, title
	SeenLabel    string
	WhyLabel     string
	DoLabel      string
	ClausesLabel string
	GuestSays    string
	ClauseSource string // wording, document, date
	PressF       string

	// What went wrong.
	Error, ErrorHint string

	// Exporting.
	Export, ExportAbout                         string
	ExportHTML, ExportJSON, ExportSARIF, Cancel string
	FileName, FileAbout, NoName                 string
	Writing                                     string
	Written                                     string // path

	Repair ResultsRepair
	Keys   ResultsKeys
}

// ResultsRepair is what is said on the way to a repair.
type ResultsRepair struct {
	_ incomparable

	NotRed         string // control, status
	NothingRed     string
	Preparing      string
	Head           string // number of things, of those that can be repaired
	Control        string // control, title
	Baseline       string // what, kind of change, path
	Step           string // step
	Seen           string // place, line
	Yours          string // what the owner can do
	YoursToDecide  string
	Nothing        string
	StepsHead      string
	Restart        string // how long
	NoRestart      string
	Promise        string
	NewerLeft      string
	Ask            string
	AskAbout       string // number of steps, machine
	AskRestart     string // how long
	No, Yes        string
	Pending        string
	PendingAbout   string // when it was begun, steps
	PendingBack    string // the same of one that is being taken back
	GoOn, TakeBack string
	LeaveIt        string
	BeganUnknown   string
}

// ResultsKeys are the keys of the screen and what they do.
type ResultsKeys struct {
	_ incomparable

	Repair, RepairAll, Show, Group, Again, Export, Next, Numbers string
	Retry, Save, Review, LookAgain, Others, LeftRight            string
}

var enResults = Results{
	Progress:  "Looking at the machine: %d of %d known, %s",
	Looked:    "Looked at on %s, in %s.",
	Stopped:   "Stopped with %d of %d known. Press r to look again.",
	Open:      "looking …",
	OpenAbout: "This is still being looked at. Its verdict comes as soon as everything it rests on has been seen.",
	OpenGroup: "Still being looked at",
	Off:       "The machine is off, so nothing inside it could be looked at. Start it with `clawarium start`, then press r.",
	Shown:     "Shown: %s, %s",
	All:       "all",
	By: map[string]string{
		"control": "in the order of the controls", "place": "by the place that was looked at", "clause": "by clause of the guidance",
	},
	None:         "Nothing here is \"%s\". Press s to see others.",
	Facts:        "OpenClaw %s, Node %s, clawarium %s. Plan %s. Connection %s.",
	Detail:       "%s  %s",
	SeenLabel:    "What was seen",
	WhyLabel:     "Why it matters",
	DoLabel:      "What to do",
	ClausesLabel: "Guidance that asks for it",
	GuestSays:    "Lines \"reported by the guest\" are the machine's own word: a machine that was broken into can lie.",
	ClauseSource: "%s (%s, %s)",
	PressF:       "Press f to see what a repair would do; nothing is changed before you say yes.",

	Error: "The machine could not be looked at", ErrorHint: "Press r to try again.",

	Export:      "Save the findings as",
	ExportAbout: "They go to a new file that only you can read. It holds no keys, passwords or messages.",
	ExportHTML:  "HTML, a page to read, keep or print", ExportJSON: "JSON, for programs",
	ExportSARIF: "SARIF, for programs that collect findings", Cancel: "do not save",
	FileName: "Name of the file", FileAbout: "It is put into the folder that clawarium was started in, unless you write a whole path.",
	NoName: "a file needs a name · write one, such as %s", Writing: "Writing …",
	Written: "Saved as %s",

	Repair: ResultsRepair{
		NotRed:        "%s is \"%s\": there is nothing to repair. Press enter to read about it.",
		NothingRed:    "Nothing is \"not met\", so there is nothing to repair.",
		Preparing:     "Having every step of the machine look for itself, to find what has to be made again",
		Head:          "Not as it should be: %d. Of these, clawarium can repair: %d.",
		Control:       "%s  %s",
		Baseline:      "%s, %s since you accepted it: %s",
		Step:          "Not as it was made: %s",
		Seen:          "%s: %s",
		Yours:         "Yours to do: %s",
		YoursToDecide: "Yours to decide: re-hardening asks whether you accept it.",
		Nothing:       "None of this can be repaired by clawarium. What you can do is written beside it.",
		StepsHead:     "What would be made again, in this order",
		Restart:       "The machine is shut down and started for this, about %s. OpenClaw does not answer meanwhile.",
		NoRestart:     "The machine keeps running.",
		Promise:       "Afterwards the machine is looked at again. If a step does not work, or anything is worse than before, all of it is taken back.",
		NewerLeft:     "Newer defaults of clawarium are not taken over here; re-hardening asks about each.",
		Ask:           "Repair now?", AskAbout: "Steps to make again: %d, on the machine %q.",
		AskRestart: "The machine is restarted, about %s.",
		No:         "no, change nothing", Yes: "yes, repair",
		Pending:      "An earlier repair is not finished",
		PendingAbout: "It was begun on %s (%s) and comes before any other. Go on with it, or take it back?",
		PendingBack:  "It was begun on %s (%s) and was being taken back. That comes before any other repair.",
		GoOn:         "go on with it", TakeBack: "take it back", LeaveIt: "leave it for now",
		BeganUnknown: "?",
	},
	Keys: ResultsKeys{
		Repair: "repair", RepairAll: "repair all", Show: "filter", Group: "group", Again: "look again", Export: "save", Next: "next",
		Numbers: "all / one verdict", Retry: "try again", Save: "save", Review: "repair", LookAgain: "look again",
		Others: "other finding", LeftRight: "←→",
	},
}

var zhResults = Results{
	Progress:  "正在查看虚拟机：已知 %d 项，共 %d 项，%s",
	Looked:    "查看时间 %s，用时 %s。",
	Stopped:   "已停下，已知 %d 项，共 %d 项。按 r 重新查看。",
	Open:      "查看中……",
	OpenAbout: "这一项还在查看。它所依据的全部看到之后，就会有结论。",
	OpenGroup: "还在查看",
	Off:       "虚拟机是关闭的，里面的内容无法查看。请用 `clawarium start` 启动它，再按 r。",
	Shown:     "显示：%s，%s",
	All:       "全部",
	By: map[string]string{
		"control": "按控制项的顺序", "place": "按查看的位置", "clause": "按指南的条款",
	},
	None:         "没有“%s”的结论。按 s 看其他的。",
	Facts:        "OpenClaw %s，Node %s，clawarium %s。方案 %s。连接 %s。",
	Detail:       "%s  %s",
	SeenLabel:    "看到的情况",
	WhyLabel:     "为什么重要",
	DoLabel:      "怎么办",
	ClausesLabel: "提出这项要求的指南",
	GuestSays:    "标有“虚拟机自报”的内容是虚拟机自己说的：被攻破的虚拟机可能说谎。",
	ClauseSource: "%s（%s，%s）",
	PressF:       "按 f 看看修复会做什么；在你同意之前什么都不会改。",

	Error: "无法查看这台虚拟机", ErrorHint: "按 r 再试一次。",

	Export:      "把结论保存为",
	ExportAbout: "写入一个只有你能读的新文件。其中没有密钥、口令或消息。",
	ExportHTML:  "HTML：供阅读、留存或打印的网页", ExportJSON: "JSON：供程序使用",
	ExportSARIF: "SARIF：供汇集结论的程序使用", Cancel: "不保存",
	FileName: "文件名", FileAbout: "放在启动 clawarium 时所在的目录，除非你写出完整路径。",
	NoName: "文件需要一个名称 · 请写一个，例如 %s", Writing: "正在写入……",
	Written: "已保存为 %s",

	Repair: ResultsRepair{
		NotRed:        "%s 的结论是“%s”，没有要修复的。按回车查看说明。",
		NothingRed:    "没有“不满足”的，因此没有要修复的。",
		Preparing:     "正在让虚拟机的每个步骤自己检查，找出需要重做的",
		Head:          "不是应有样子的有 %d 处，其中 clawarium 可以修复的有 %d 处。",
		Control:       "%s  %s",
		Baseline:      "%s，在你认可之后%s：%s",
		Step:          "不是当初所做的样子：%s",
		Seen:          "%s：%s",
		Yours:         "由你来做：%s",
		YoursToDecide: "由你决定：“重新加固”会问你是否认可它。",
		Nothing:       "这些都不能由 clawarium 修复。你可以做什么，写在旁边。",
		StepsHead:     "将按以下顺序重做",
		Restart:       "为此要关闭并重新启动虚拟机，大约 %s，其间 OpenClaw 不应答。",
		NoRestart:     "虚拟机继续运行。",
		Promise:       "之后会再次查看虚拟机。若有步骤没有成功，或有任何一项比之前更差，就全部撤回。",
		NewerLeft:     "这里不采用 clawarium 的新默认值；“重新加固”会逐个询问。",
		Ask:           "现在修复吗？", AskAbout: "要重做的步骤：%d 个，虚拟机 %q。",
		AskRestart: "虚拟机会重新启动，大约 %s。",
		No:         "否，什么也不改", Yes: "是，修复",
		Pending:      "之前的一次修复没有完成",
		PendingAbout: "它开始于 %s（%s），要先处理它。要继续，还是撤回？",
		PendingBack:  "它开始于 %s（%s），正在撤回。要先撤回完，才能做别的修复。",
		GoOn:         "继续", TakeBack: "撤回", LeaveIt: "暂时不动",
		BeganUnknown: "？",
	},
	Keys: ResultsKeys{
		Repair: "修复", RepairAll: "全部修复", Show: "筛选", Group: "分组", Again: "重新查看", Export: "保存", Next: "下一页",
		Numbers: "全部或某一类", Retry: "再试", Save: "保存", Review: "修复", LookAgain: "重新查看",
		Others: "另一项", LeftRight: "←→",
	},
}
