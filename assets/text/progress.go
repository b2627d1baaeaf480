package text

// Progress is what is said on the page that shows steps as they run, on the page
// after it, and when the screen ends.
type Progress struct {
	_ incomparable

	// The head while it runs.
	Step      string // index, count
	StepBack  string // index, count
	Preparing string
	Gap       string // between the parts of the head
	Longer    string // in place of the time left

	// A step's state, beside its title.
	Held, Failed, Undone string

	Log, LogEmpty, LogOf, LogPaused string // LogOf: first, last, all

	// What keys do.
	KeyLog, KeyLogClose, KeySide, KeyFollow, KeyReview string

	// ctrl-c.
	Ask, AskAbout                                            string // AskAbout: command
	AskStop, AskUndo, AskOn                                  string
	AskBack, AskBackAbout, AskBackStop, AskBackOn            string // AskBackAbout: command
	AskLeave, AskLeaveAbout, AskLeaveYes                     string // AskLeaveAbout: command
	AskUndoAll, AskUndoAllAbout, AskUndoAllNo                string // AskUndoAllAbout: machine
	StoppingStep, ThenBack, StoppedHead, StoppedBack, Refuse string
	RefuseHint                                               string

	// The end.
	DidNotWork  string
	StepFailed  string // title
	UndoFailed  string
	LastLines   string
	UndoneAll   string // machine
	Again       string
	BackAgain   string
	Answers     string
	UndoAll     string
	LeaveForNow string
	Leave       string

	// The program around it.
	Crashed, CrashedHint   string // hint: command
	NoScreen, NoScreenHint string

	Next NextText
}

// NextText is what is said when the machine is made.
type NextText struct {
	_ incomparable

	Head                  string // machine
	Open, OpenAbout       string
	Check, CheckAbout     string
	Key, KeyAbout         string
	Channel, ChannelAbout string
	Backup, BackupAbout   string
	Harden, HardenAbout   string
	Provider              string // stands for a provider's name in a command
	KeyOpen, KeyCheck     string
	Leave                 string
	Opening               string
	Link, LinkAbout       string
	LinkClose, Closed     string
	NotOpened             string
}

var enProgress = Progress{
	Step:      "Step %d of %d",
	StepBack:  "Taking back: %d of %d",
	Preparing: "Getting ready",
	Gap:       " · ",
	Longer:    "it takes longer than estimated",

	Held: "as wanted", Failed: "did not work", Undone: "taken back",

	Log: "Log and console", LogEmpty: "Nothing was said yet.", LogOf: "%d–%d of %d", LogPaused: "held; end follows again",

	KeyLog: "log", KeyLogClose: "close log", KeySide: "sideways", KeyFollow: "newest", KeyReview: "to the review",

	Ask: "Stop here?", AskAbout: "What runs now is brought to a safe end first. Nothing is lost: what was made stays, and `%s` goes on from there.",
	AskStop: "stop, and keep what was made for later", AskUndo: "undo everything that was made", AskOn: "go on",
	AskBack: "Stop taking back?", AskBackAbout: "What is still there stays until you run `%s`, which goes on with it.",
	AskBackStop: "stop here", AskBackOn: "go on taking back",
	AskLeave: "Leave?", AskLeaveAbout: "What was made stays. `%s` goes on where it stopped.", AskLeaveYes: "leave",
	AskUndoAll: "Undo everything?", AskUndoAllAbout: "All that was made for the machine %q is removed, its data disk included.", AskUndoAllNo: "keep it",
	StoppingStep: "The step that runs is brought to a safe end; this can take a moment.",
	ThenBack:     "Then what was made is taken back.",
	StoppedHead:  "stopped; what was made stays", StoppedBack: "stopped while taking back",
	Refuse: "Nothing was made: it has to be reviewed first.", RefuseHint: "Press enter to go to the review.",

	DidNotWork:  "It did not work.",
	StepFailed:  "This step did not work: %s",
	UndoFailed:  "Taking back did not work to its end.",
	LastLines:   "The last lines of the log:",
	UndoneAll:   "Everything that was made for the machine %q is taken back.",
	Again:       "try again from here",
	BackAgain:   "go on taking back",
	Answers:     "back to the answers",
	UndoAll:     "undo everything that was made",
	LeaveForNow: "leave; you can go on later",
	Leave:       "leave",

	Crashed: "a mistake in clawarium itself ended the screen", CrashedHint: "what was made is journaled; to go on without the screen: %s",
	NoScreen: "the screen cannot be shown in this terminal", NoScreenHint: "use the line mode: clawarium --line",

	Next: NextText{
		Head: "The machine %q is ready. What you can do with it:",
		Open: "Open OpenClaw's page in your browser", OpenAbout: "Through a tunnel that is closed when you are done.",
		Check: "Check again, now and then", CheckAbout: "What holds today can lapse; the check sees it and says what to do.",
		Key: "Give OpenClaw a model key, if it has none", KeyAbout: "It goes into the machine and onto no disk of this computer.",
		Channel: "Connect a channel, such as a chat account", ChannelAbout: "OpenClaw's own commands, inside the machine.",
		Backup: "Think of backups", BackupAbout: "This version makes none. Copy what you could not lose; this asks where it is.",
		Harden: "Come back after changes", HardenAbout: "Shows what drifted from the plan and repairs what you choose.",
		Provider: "NAME",
		KeyOpen:  "open", KeyCheck: "check",
		Leave:   "leave",
		Opening: "Asking OpenClaw for a link that works once …",
		Link:    "Open this in a browser on this computer:", LinkAbout: "The link works once, for ten minutes. The tunnel stays open until you press esc.",
		LinkClose: "close the tunnel", Closed: "The tunnel is closed.",
		NotOpened: "OpenClaw's page could not be opened: %s",
	},
}

var zhProgress = Progress{
	Step:      "第 %d 步，共 %d 步",
	StepBack:  "正在撤回：第 %d 步，共 %d 步",
	Preparing: "正在准备",
	Gap:       " · ",
	Longer:    "比估计的时间长",

	Held: "已符合", Failed: "没有成功", Undone: "已撤回",

	Log: "日志与控制台", LogEmpty: "还没有任何输出。", LogOf: "第 %d–%d 行，共 %d 行", LogPaused: "已停住，按 end 继续跟随",

	KeyLog: "日志", KeyLogClose: "关闭日志", KeySide: "左右移动", KeyFollow: "最新", KeyReview: "去核对",

	Ask: "要在这里停下吗？", AskAbout: "正在进行的一步会先安全地停下。什么都不会丢失：已创建的都会保留，以后运行 `%s` 从这里继续。",
	AskStop: "停下，保留已创建的，以后继续", AskUndo: "撤回已创建的一切", AskOn: "继续",
	AskBack: "要停止撤回吗？", AskBackAbout: "还没撤回的会留着，直到你运行 `%s`，从这里继续撤回。",
	AskBackStop: "在这里停下", AskBackOn: "继续撤回",
	AskLeave: "要离开吗？", AskLeaveAbout: "已创建的都会保留。以后运行 `%s` 从停下的地方继续。", AskLeaveYes: "离开",
	AskUndoAll: "要全部撤回吗？", AskUndoAllAbout: "为虚拟机 %q 创建的一切都会删除，数据盘也包括在内。", AskUndoAllNo: "保留",
	StoppingStep: "正在进行的一步会先安全地停下，可能需要一点时间。",
	ThenBack:     "然后撤回已创建的一切。",
	StoppedHead:  "已停下；已创建的都会保留", StoppedBack: "撤回途中停下",
	Refuse: "什么都没有创建：必须先核对。", RefuseHint: "按回车去核对。",

	DidNotWork:  "没有成功。",
	StepFailed:  "这一步没有成功：%s",
	UndoFailed:  "没能全部撤回。",
	LastLines:   "日志的最后几行：",
	UndoneAll:   "为虚拟机 %q 创建的一切都已撤回。",
	Again:       "从这里再试一次",
	BackAgain:   "继续撤回",
	Answers:     "回到你的回答",
	UndoAll:     "撤回已创建的一切",
	LeaveForNow: "离开，以后可以继续",
	Leave:       "离开",

	Crashed: "clawarium 自身的错误结束了界面", CrashedHint: "已做的都记在日志里；不用界面继续：%s",
	NoScreen: "这个终端无法显示界面", NoScreenHint: "请使用逐行模式：clawarium --line",

	Next: NextText{
		Head: "虚拟机 %q 已就绪。你可以：",
		Open: "在浏览器里打开 OpenClaw 的页面", OpenAbout: "经过一条隧道，用完即关。",
		Check: "时常再检查一次", CheckAbout: "今天成立的，以后可能失效；检查会发现，并说明怎么办。",
		Key: "把模型密钥交给 OpenClaw（若还没有）", KeyAbout: "它只进入虚拟机，不写到这台电脑的任何磁盘上。",
		Channel: "连接一个渠道，例如聊天账户", ChannelAbout: "在虚拟机里使用 OpenClaw 自己的命令。",
		Backup: "考虑备份", BackupAbout: "本版本不做备份。请自行复制不能丢的内容；这条命令会问它在哪里。",
		Harden: "改动之后再回来", HardenAbout: "显示哪些偏离了方案，并修复你选中的。",
		Provider: "名称",
		KeyOpen:  "打开", KeyCheck: "检查",
		Leave:   "离开",
		Opening: "正在向 OpenClaw 索取一次性链接……",
		Link:    "在这台电脑的浏览器里打开：", LinkAbout: "链接只能用一次，十分钟内有效。按 esc 之前，隧道一直打开。",
		LinkClose: "关闭隧道", Closed: "隧道已关闭。",
		NotOpened: "打不开 OpenClaw 的页面：%s",
	},
}
