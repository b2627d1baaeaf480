package text

// Dashboard is what is said on the dashboard of a machine that exists, and its re-hardening.
type Dashboard struct {
	Groups, Choices, Does, States                                                               map[string]string // by group, by choice, by choice, by state of steps.Status
	Refresh, Another, Again, Anew, Halt                                                         string            // what keys do
	Is                                                                                          string            // machine, state
	Asking, NotKnown, Which                                                                     string            // Which: number, of how many
	Address, Versions, Speed, Made, LastCheck, Word                                             string            // labels
	VersionsAre                                                                                 string            // OpenClaw, Node, image
	Emulated, Accelerated                                                                       string
	MadeOf                                                                                      string // steps, of how many
	StoppedAt                                                                                   string // step
	Unfinished                                                                                  string
	NeverChecked, CheckedOn                                                                     string // date, counts
	WordOpen                                                                                    string // how many, of how many
	WordAll, WordNext                                                                           string // days
	Pending                                                                                     string // date
	StartingHead, StoppingHead, Starting, Stopping, Started, Stopped, PowerStopped              string // machine
	AskStop, AskStopAbout, StopNo, StopYes                                                      string // machine
	HaltPower, HaltPowerAbout, HaltOn, HaltOff                                                  string
	OpenHead, Linking, LinkAbout, LinkStays, CloseTunnel, AnotherLink, Closed                   string // machine
	SettingsHead, SettingsAbout, Save, SaveAs, Saved, NoPath, NoPathHint                        string // machine; path
	PromiseHead, PromiseAbout, Confirm, ConfirmedNow                                            string // machine; controls
	NothingTicked, NothingTickedHint, MemoryFirst, MemoryFirstHint, MemoryLooking, MemoryUnseen string // reason
	Holds, LapsedSince, Never                                                                   string // days; date
	DestroyHead, DestroyAbout, TypeName, DataToo, WrongNameHint, ToName, ToTick, Destroy        string // machine
	AskDestroy, DestroyKeeps, DestroyTakes, DestroyNo, DestroyYes                               string // machine
	DestroyingHead, DestroyLeft, Gone, DataKept, DataGone, HaltDestroy, HaltDestroyAbout        string // machine

	Repairing Repairing
	Harden    HardenScreen
	Out       OutScreen
}

// Repairing is what is said while a repair runs and about how it ended.
type Repairing struct {
	_ incomparable

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
}

var enDashboard = Dashboard{
	Groups: map[string]string{"use": "Use", "keep": "Keep safe", "machine": "Machine"},
	Choices: map[string]string{
		"go-on": "Finish set-up", "open": "Open OpenClaw", "start": "Start", "stop": "Stop", "check": "Self-check",
		"harden": "Re-harden", "promises": "Your promises", "out": "Way out", "settings": "Settings", "destroy": "Remove",
	},
	Does: map[string]string{
		"go-on":    "review what is still to be made, and go on",
		"open":     "a link for your browser that works once",
		"start":    "switch the machine on, until OpenClaw answers",
		"stop":     "shut the machine down in order",
		"check":    "look at everything anew: what holds, what not",
		"harden":   "what changed since; repair it or accept it",
		"promises": "confirm what no program can see",
		"out":      "which names were refused; allow one; how open it is",
		"settings": "how the machine was set up; save as a file",
		"destroy":  "take the machine away; data stays if you like",
	},
	States:  map[string]string{"running": "running", "off": "off", "absent": "not there", "paused": "paused", "other": "in between"},
	Refresh: "look again", Another: "next machine", Again: "try again", Anew: "set up a new one", Halt: "stop",
	Is:     "%s: %s",
	Asking: "asking libvirt …", NotKnown: "state not known", Which: "machine %d of %d",
	Address: "address", Versions: "versions", Speed: "speed", Made: "made", LastCheck: "last check", Word: "your word",
	VersionsAre: "OpenClaw %s, Node %s, image %s",
	Emulated:    "emulated, about 8 times slower than with KVM", Accelerated: "with KVM, the processor's help",
	MadeOf: "%d of %d steps", StoppedAt: "stopped at: %s",
	Unfinished:   "Setting it up did not come to its end. Choose “Finish set-up” to go on where it stopped.",
	NeverChecked: "never", CheckedOn: "%s: %s",
	WordOpen: "%d of %d to confirm", WordAll: "all promises given", WordNext: "the next lapses in %d days",
	Pending: "A repair begun on %s was not finished. Choose “Re-harden” to go on or take it back.",

	StartingHead: "Starting the machine %q", StoppingHead: "Stopping the machine %q",
	Starting: "Start", Stopping: "Shutting down",
	Started: "The machine %q runs and OpenClaw answers.", Stopped: "The machine %q is off.", PowerStopped: "You stopped it before its end; the state above is as it is now.",
	AskStop: "Stop the machine %q?", AskStopAbout: "What the agent is doing ends. OpenClaw does not answer until you start the machine again.",
	StopNo: "keep it running", StopYes: "stop it",
	HaltPower: "Stop waiting?", HaltPowerAbout: "The machine may be left in between. You can start or stop it again at any time.",
	HaltOn: "go on", HaltOff: "stop now",

	OpenHead: "OpenClaw on the machine %q", Linking: "Asking OpenClaw for a link that works once",
	LinkAbout:   "Open this link in your browser. It works once, for ten minutes:",
	LinkStays:   "Leave this page open while you use it: the way into the machine exists only as long as it is shown.",
	CloseTunnel: "close the way in", AnotherLink: "another link", Closed: "The way into the machine is closed.",

	SettingsHead: "Settings of the machine %q", SettingsAbout: "As it was set up, to read and to save. What may get out can be changed: press o.",
	Save: "save", SaveAs: "Save as a new file:", Saved: "Saved as %s.",
	NoPath: "no name for the file was given", NoPathHint: "type one, such as openclaw.yaml",

	PromiseHead:  "Your promises for the machine %q",
	PromiseAbout: "Tick what is so. Only what is ticked is confirmed, for 90 days.",
	Confirm:      "confirm", ConfirmedNow: "Confirmed: %s.",
	NothingTicked: "nothing is ticked", NothingTickedHint: "tick with space what is so, then press enter; esc goes back and confirms nothing",
	MemoryFirst: "what the agent remembers is still being looked at", MemoryFirstHint: "wait a moment and read it first",
	MemoryLooking: "Looking at what the agent remembers …", MemoryUnseen: "What it remembers could not be looked at: %s",
	Holds: "given, %d days left", LapsedSince: "lapsed on %s", Never: "never given",

	DestroyHead:  "Remove the machine %q",
	DestroyAbout: "Everything that clawarium made for it goes: the machine, its network, packet filter, system disk and keys.",
	TypeName:     "Type its name, %s, to go on:", DataToo: "delete the data disk too: OpenClaw's memory, settings and files, for good",
	WrongNameHint: "nothing was removed; type the name as it is shown", ToName: "to the name", ToTick: "to the data disk", Destroy: "remove",
	AskDestroy:   "Remove the machine %q now?",
	DestroyKeeps: "Its data disk is kept: a machine of the same name will use it again.",
	DestroyTakes: "Its data disk is deleted as well. OpenClaw's memory, settings and files are gone for good.",
	DestroyNo:    "keep it", DestroyYes: "remove it",
	DestroyingHead: "Removing the machine %q",
	DestroyLeft:    "Some of it is still there. Try again goes on where it stopped.",
	Gone:           "The machine %q is removed", DataKept: "Its data disk is kept. A new machine named %q will use it again.", DataGone: "Its data disk is deleted too.",
	HaltDestroy: "Stop removing it?", HaltDestroyAbout: "What is removed stays removed. “Remove” goes on with it later.",
	Repairing: enRepairing, Harden: enHardenScreen, Out: enOut,
}

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
}

var zhDashboard = Dashboard{
	Groups: map[string]string{"use": "使用", "keep": "保持安全", "machine": "虚拟机"},
	Choices: map[string]string{
		"go-on": "完成创建", "open": "打开 OpenClaw", "start": "启动", "stop": "关闭", "check": "自检",
		"harden": "重新加固", "promises": "你的承诺", "out": "出口", "settings": "设置", "destroy": "删除",
	},
	Does: map[string]string{
		"go-on":    "核对还要创建的内容，然后继续",
		"open":     "取得一个只能用一次的浏览器链接",
		"start":    "启动虚拟机，直到 OpenClaw 应答",
		"stop":     "正常关闭虚拟机",
		"check":    "把一切再查看一遍：哪些成立，哪些不成立",
		"harden":   "看看哪些变了，修复或接受",
		"promises": "确认程序看不到的事",
		"out":      "拒绝了哪些名称；允许其中一个；开放程度",
		"settings": "查看创建时的设置，保存为文件",
		"destroy":  "移除虚拟机，数据可以保留",
	},
	States:  map[string]string{"running": "运行中", "off": "已关闭", "absent": "不存在", "paused": "已暂停", "other": "过渡中"},
	Refresh: "重新查看", Another: "下一台", Again: "再试一次", Anew: "新建一台", Halt: "停下",
	Is:     "%s：%s",
	Asking: "正在询问 libvirt……", NotKnown: "状态未知", Which: "第 %d 台，共 %d 台",
	Address: "地址", Versions: "版本", Speed: "速度", Made: "创建进度", LastCheck: "上次自检", Word: "你的承诺",
	VersionsAre: "OpenClaw %s，Node %s，镜像 %s",
	Emulated:    "纯模拟，比使用 KVM 慢约 8 倍", Accelerated: "使用 KVM（由处理器协助）",
	MadeOf: "%d 步，共 %d 步", StoppedAt: "停在：%s",
	Unfinished:   "创建没有完成。选择“完成创建”，从停下的地方继续。",
	NeverChecked: "从未", CheckedOn: "%s：%s",
	WordOpen: "%d 项待确认（共 %d 项）", WordAll: "承诺全部有效", WordNext: "下一项在 %d 天后到期",
	Pending: "%s 开始的一次修复没有完成。选择“重新加固”继续或撤回它。",

	StartingHead: "正在启动虚拟机 %q", StoppingHead: "正在关闭虚拟机 %q",
	Starting: "启动", Stopping: "正在关机",
	Started: "虚拟机 %q 已启动，OpenClaw 已应答。", Stopped: "虚拟机 %q 已关闭。", PowerStopped: "你在结束之前停下了它；上面是现在的状态。",
	AskStop: "要关闭虚拟机 %q 吗？", AskStopAbout: "智能体正在做的事会中止。再次启动之前，OpenClaw 不会应答。",
	StopNo: "让它继续运行", StopYes: "关闭",
	HaltPower: "不再等待吗？", HaltPowerAbout: "虚拟机可能停在过渡状态。你随时可以再启动或关闭它。",
	HaltOn: "继续", HaltOff: "现在停下",

	OpenHead: "虚拟机 %q 上的 OpenClaw", Linking: "正在向 OpenClaw 索取一次性链接",
	LinkAbout:   "请在浏览器中打开这个链接。它只能用一次，十分钟内有效：",
	LinkStays:   "使用期间请保持本页打开：只有在显示本页时，进入虚拟机的通道才存在。",
	CloseTunnel: "关闭通道", AnotherLink: "再取一个链接", Closed: "进入虚拟机的通道已关闭。",

	SettingsHead: "虚拟机 %q 的设置", SettingsAbout: "这是创建时的设置，可以查看和保存。允许哪些出站访问可以更改：按 o。",
	Save: "保存", SaveAs: "保存为新文件：", Saved: "已保存为 %s。",
	NoPath: "没有给出文件名", NoPathHint: "请输入一个，例如 openclaw.yaml",

	PromiseHead:  "你对虚拟机 %q 的承诺",
	PromiseAbout: "勾选属实的内容。只有勾选的才会被确认，有效期 90 天。",
	Confirm:      "确认", ConfirmedNow: "已确认：%s。",
	NothingTicked: "没有勾选任何一项", NothingTickedHint: "用空格勾选属实的内容，再按回车；按 esc 返回，什么都不确认",
	MemoryFirst: "还在查看智能体记住了什么", MemoryFirstHint: "请稍等，先读一遍",
	MemoryLooking: "正在查看智能体记住了什么……", MemoryUnseen: "无法查看它记住了什么：%s",
	Holds: "有效，还有 %d 天", LapsedSince: "已于 %s 过期", Never: "从未给出",

	DestroyHead:  "删除虚拟机 %q",
	DestroyAbout: "clawarium 为它创建的一切都会删除：虚拟机、网络、包过滤规则、系统盘和密钥。",
	TypeName:     "输入它的名称 %s 继续：", DataToo: "同时删除数据盘：OpenClaw 的记忆、设置和文件将永远消失",
	WrongNameHint: "什么都没有删除；请照所示输入名称", ToName: "到名称", ToTick: "到数据盘", Destroy: "删除",
	AskDestroy:   "现在删除虚拟机 %q 吗？",
	DestroyKeeps: "数据盘会保留：同名的虚拟机会再次使用它。",
	DestroyTakes: "数据盘也会删除。OpenClaw 的记忆、设置和文件将永远消失。",
	DestroyNo:    "保留", DestroyYes: "删除",
	DestroyingHead: "正在删除虚拟机 %q",
	DestroyLeft:    "还有一部分没有删除。选择“再试一次”，从停下的地方继续。",
	Gone:           "虚拟机 %q 已删除", DataKept: "数据盘已保留。名为 %q 的新虚拟机会再次使用它。", DataGone: "数据盘也已删除。",
	HaltDestroy: "停止删除吗？", HaltDestroyAbout: "已经删除的不会恢复。以后选择“删除”可以继续。",
	Repairing: zhRepairing, Harden: zhHardenScreen, Out: zhOut,
}

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
}
