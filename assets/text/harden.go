package text

// Harden is what is said on the way from what drifted to what holds again.
type Harden struct {
	Short, Long                            string
	FlagYes, FlagOnly, FlagNewer           string
	FlagUndo                               string
	NotComplete, NotCompleteHint           string // machine; flag
	UndoAlone, UndoAloneHint               string
	Open, AskClose, ClosedToOthers         string // file, mode, mode it should have
	LeftOpen                               string
	Looking                                string
	Nothing, NothingRepairable, Head       string // machine; number, machine
	Control, Baseline, Unreviewed          string // number, …
	Step, Newer, Keys                      string
	HeldAt                                 string // date
	Line, ChangeLine                       string // place and line; line
	Key                                    string // key, default
	NewerFiles                             string // version, files
	TurnsRed, RepairedBy                   string
	Yours, YoursToDecide                   string
	NeedsRestart                           string
	AskRepair, AskNewer, AskAccept         string
	AskRestart                             string // minutes
	NotRepaired, NewerLeft, Repairing      string
	Kept, Unseen                           string
	Failed, WorseHead, Worse               string
	TakenBack, Unlike                      string
	PendingSaid, AskPending, PendingLeft   string
	PendingBack, NothingToUndo             string
	Accepted, AcceptHead                   string
	Lapsed, LapsedLater                    string
	Counts, StillNotMet, StillNotChecked   string
	AllHold                                string
	Places, Kinds                          map[string]string // by checks.Place, by what a change is of
	AnswerRepair, AnswerAccept             string            // words besides yes, separated by commas
	AnswerOn, AnswerBack                   string
	PendingFirst, PendingFirstHint         string
	RepairUnreadable, RepairUnreadableHint string // file

	// Steps that only a repair has.
	Plan, Stop, Start, Watch string
	GatewayNotBack           string // error
}

var enHarden = Harden{
	Short:     "Guided re-hardening: what drifted, repair it, check again, take it back if it got worse",
	Long:      "Looks at the machine, compares it with the plan and with your baseline (the record of what\nyou accepted), and tells what drifted. For each you choose: repair it, accept it as the new\nbaseline where that is yours to say, or leave it. Then it repairs, looks again, and takes the\nwhole repair back when a step did not work or anything is worse than before.\n\nIt can be stopped or killed at any instant: the same command goes on with the repair, and\n--undo takes it back.\n\nExit status: 0 everything is met, 1 something is still not met, 2 the repair could not be\nmade or was taken back, 3 not checked enough to say, 64 the command line is wrong,\n130 interrupted.",
	FlagYes:   "repair everything that can be repaired without asking, with a restart of the machine where one is needed; accept nothing",
	FlagOnly:  "only these controls, as K5,K8 (repeatable)",
	FlagNewer: "with --yes, also take over this version's newer defaults",
	FlagUndo:  "take back a repair that was interrupted",

	NotComplete: "the machine %q is not finished", NotCompleteHint: "finish it with `clawarium setup%s` first",
	UndoAlone: "--undo takes back an interrupted repair and does nothing else", UndoAloneHint: "leave out %s",
	Open:     "Others on this computer may get at %s: its mode is %04o and should be %04o.",
	AskClose: "Close it to others? Type yes, or anything else to leave it:", ClosedToOthers: "Closed to others.",
	LeftOpen: "Left as it is; clawarium does not use a key that others can read, so it may not get into the machine.",
	Looking:  "Looking at the machine …",

	Nothing:           "Nothing drifted on the machine %q.",
	NothingRepairable: "Nothing here is clawarium's to repair.",
	Head:              "On the machine %[2]q, not as it should be: %[1]d",
	Control:           "%d. %s %s: not met",
	Baseline:          "%d. %s %s since your baseline of %s: %s",
	Unreviewed:        "%d. %s, never reviewed: %s",
	Step:              "%d. %s: not as it was made",
	Newer:             "%d. %s: newer default of clawarium",
	Keys:              "%d. The plan is of an older clawarium and lacks keys that this one has",
	HeldAt:            "it was last seen to hold on %s",
	Line:              "%s: %s",
	ChangeLine:        "%s",
	Key:               "%s would become %q",
	NewerFiles:        "as clawarium %s left it, and not tampered with; this version makes it otherwise: %s",
	TurnsRed:          "turns red: %s",
	RepairedBy:        "repaired by: %s",
	Yours:             "yours to do: %s",
	YoursToDecide:     "yours to decide: accept it as the new baseline, or leave it",
	NeedsRestart:      "the machine has to be shut down and started for this",
	AskRepair:         "Number %d: repair it? Type yes, or anything else to leave it:",
	AskNewer:          "Number %d: take over the newer default? Type yes, or anything else to leave it:",
	AskAccept:         "Accept it as it is now, as your new baseline? Type accept, or anything else to leave it:",
	AskRestart:        "The machine has to be shut down and started for this, which takes about %s; OpenClaw does not answer meanwhile. Go on? Type yes:",
	NotRepaired:       "Nothing was repaired.",
	NewerLeft:         "Newer defaults are left as they are: to take them over, run it without --yes, or add --newer.",
	Repairing:         "Repairing …",
	Kept:              "Repaired, and looked at again: nothing is worse than before.",
	Unseen:            "stopped before the machine was looked at again",
	Failed:            "The repair did not work, so all of it was taken back.",
	WorseHead:         "The repair made something worse, so all of it was taken back:",
	Worse:             "  %s %s: was %q, became %q: %s",
	TakenBack:         "The machine is as it was before the repair.",
	Unlike:            "Although all was taken back, this differs from before the repair:",
	PendingSaid:       "A repair that was begun on %s was not finished (%s).",
	AskPending:        "Go on with it, or take it back? Type on or back, or anything else to leave it:",
	PendingLeft:       "It is left as it is; nothing was changed.",
	PendingBack:       "It is being taken back.",
	NothingToUndo:     "There is no interrupted repair to take back.",
	Accepted:          "Accepted as your new baseline: %s",
	AcceptHead:        "Changes that are yours to accept or to leave:",
	Lapsed:            "Confirmations that have lapsed are asked for again:",
	LapsedLater:       "Confirmations have lapsed (%s): run `clawarium confirm`.",
	Counts:            "Now: %d met, %d not met, %d not checked, %d on your word.",
	StillNotMet:       "still not met: %s %s. %s",
	StillNotChecked:   "not checked: %s %s. %s",
	AllHold:           "Everything that was asked for holds.",
	Kinds: map[string]string{
		"settings": "OpenClaw's settings", "policy": "OpenClaw's policy for commands", "unit": "service of systemd",
		"ssh": "settings of SSH", "sudo": "rights of sudo", "instructions": "standing instructions of the agent",
		"skill": "skill", "plugin": "plugin", "hook": "hook", "memory": "memory",
	},
	Places: map[string]string{
		"host": "host", "libvirt": "libvirt", "guest": "guest", "owner": "your word",
	},
	AnswerRepair: "repair,r", AnswerAccept: "accept,a", AnswerOn: "on,go on,continue", AnswerBack: "back,take back,undo",

	PendingFirst:         "an earlier repair of this machine was not finished",
	PendingFirstHint:     "finish it with `clawarium harden`, or take it back with `clawarium harden --undo`",
	RepairUnreadable:     "%q, which says how far a repair went, cannot be read",
	RepairUnreadableHint: "put back a copy of %q from your backup, or look at its journal beside it",

	Plan: "Plan with this version's new keys", Stop: "Machine shut down for the repair", Start: "Machine started again",
	Watch: "How OpenClaw's gateway runs, remembered", GatewayNotBack: "OpenClaw's gateway does not answer under its earlier settings: %v",
}

var zhHarden = Harden{
	Short:     "引导加固：哪些变了，修复，再查，变坏就撤回",
	Long:      "查看虚拟机，与方案和你的基线（你认可过的内容的记录）比较，说明哪些地方变了。\n对每一处你可以选择：修复，在可由你决定时认可为新基线，或保持不动。然后进行修复，\n再查看一次；若有步骤没有成功，或有任何一项比之前更差，就把整次修复撤回。\n\n任何时刻都可以停止，甚至强行结束：再次运行同一命令即可继续这次修复，\n--undo 则撤回它。\n\n退出码：0 全部满足，1 仍有不满足，2 没能修复或已撤回，3 检查不足以下结论，\n64 命令行有误，130 被中断。",
	FlagYes:   "不询问，修复一切能修复的，必要时重启虚拟机；不认可任何变化",
	FlagOnly:  "只看这些控制项，如 K5,K8（可重复）",
	FlagNewer: "与 --yes 合用：同时采用本版本的新默认值",
	FlagUndo:  "撤回一次被中断的修复",

	NotComplete: "虚拟机 %q 尚未建成", NotCompleteHint: "请先用 `clawarium setup%s` 完成它",
	UndoAlone: "--undo 只撤回被中断的修复，不做别的", UndoAloneHint: "请去掉 %s",
	Open:     "本机的其他用户可以接触 %s：它的权限是 %04o，应为 %04o。",
	AskClose: "要对其他用户关闭吗？输入 yes 关闭，输入其他则不动：", ClosedToOthers: "已对其他用户关闭。",
	LeftOpen: "保持不动；clawarium 不使用别人能读到的密钥，因此可能进不了虚拟机。",
	Looking:  "正在查看虚拟机……",

	Nothing:           "虚拟机 %q 没有任何变化。",
	NothingRepairable: "这里没有要由 clawarium 修复的。",
	Head:              "虚拟机 %[2]q 有 %[1]d 处不是应有的样子",
	Control:           "%d. %s %s：不满足",
	Baseline:          "%[1]d. %[2]s%[3]s（自你 %[4]s 的基线以来）：%[5]s",
	Unreviewed:        "%d. %s，从未审查：%s",
	Step:              "%d. %s：不是当初所做的样子",
	Newer:             "%d. %s：clawarium 有新的默认值",
	Keys:              "%d. 方案来自较旧的 clawarium，缺少本版本才有的项",
	HeldAt:            "上次看到它成立是在 %s",
	Line:              "%s：%s",
	ChangeLine:        "%s",
	Key:               "%s 将变为 %q",
	NewerFiles:        "仍是 clawarium %s 留下的样子，没有被改动；本版本的做法不同：%s",
	TurnsRed:          "因此不满足：%s",
	RepairedBy:        "修复方法：%s",
	Yours:             "由你来做：%s",
	YoursToDecide:     "由你决定：认可为新基线，或保持不动",
	NeedsRestart:      "为此需要关闭并重新启动虚拟机",
	AskRepair:         "第 %d 处：要修复吗？输入 yes 修复，输入其他则不动：",
	AskNewer:          "第 %d 处：要采用新的默认值吗？输入 yes 采用，输入其他则不动：",
	AskAccept:         "要把现在的样子认可为新基线吗？输入 accept 认可，输入其他则不动：",
	AskRestart:        "为此需要关闭并重新启动虚拟机，大约 %s，其间 OpenClaw 不应答。继续吗？输入 yes：",
	NotRepaired:       "没有修复任何东西。",
	NewerLeft:         "新的默认值没有采用：要采用，请不加 --yes 运行，或加上 --newer。",
	Repairing:         "正在修复……",
	Kept:              "已修复并再次查看：没有任何一项比之前更差。",
	Unseen:            "还没有再次查看虚拟机就停下了",
	Failed:            "修复没有成功，已全部撤回。",
	WorseHead:         "修复使某些项变差，已全部撤回：",
	Worse:             "  %s %s：原为 %q，变为 %q：%s",
	TakenBack:         "虚拟机与修复之前一样。",
	Unlike:            "虽已全部撤回，但以下内容与修复之前不同：",
	PendingSaid:       "%s 开始的一次修复没有完成（%s）。",
	AskPending:        "要继续，还是撤回？输入 on 继续，输入 back 撤回，输入其他则不动：",
	PendingLeft:       "保持不动；没有做任何改动。",
	PendingBack:       "正在撤回它。",
	NothingToUndo:     "没有被中断的修复可撤回。",
	Accepted:          "已认可为新基线：%s",
	AcceptHead:        "由你认可或保持不动的变化：",
	Lapsed:            "已过期的确认需要重新询问：",
	LapsedLater:       "有确认已过期（%s）：请运行 `clawarium confirm`。",
	Counts:            "现在：%d 项满足，%d 项不满足，%d 项未检查，%d 项凭你的话。",
	StillNotMet:       "仍不满足：%s %s。%s",
	StillNotChecked:   "未检查：%s %s。%s",
	AllHold:           "所要求的全部成立。",
	Kinds: map[string]string{
		"settings": "OpenClaw 的设置", "policy": "OpenClaw 的命令策略", "unit": "systemd 服务",
		"ssh": "SSH 设置", "sudo": "sudo 权限", "instructions": "智能体的常驻指令",
		"skill": "技能", "plugin": "插件", "hook": "钩子", "memory": "记忆",
	},
	Places: map[string]string{
		"host": "主机", "libvirt": "libvirt", "guest": "虚拟机内", "owner": "你的话",
	},
	AnswerRepair: "修复,repair,r", AnswerAccept: "认可,accept,a", AnswerOn: "继续,on", AnswerBack: "撤回,back,undo",

	PendingFirst:         "这台虚拟机有一次修复尚未完成",
	PendingFirstHint:     "用 `clawarium harden` 完成它，或用 `clawarium harden --undo` 撤回它",
	RepairUnreadable:     "无法读取记录修复进度的 %q",
	RepairUnreadableHint: "请从备份中恢复 %q，或查看它旁边的日志",

	Plan: "补上本版本新增的方案项", Stop: "为修复关闭虚拟机", Start: "重新启动虚拟机",
	Watch: "记下 OpenClaw 网关的运行状况", GatewayNotBack: "OpenClaw 网关在原先的设置下没有应答：%v",
}
