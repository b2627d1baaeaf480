package text

// Command is what the commands say: help, questions, results.
type Command struct {
	_ incomparable

	RootShort, RootLong                        string
	FlagName, FlagLang, FlagVerbose, UsageHint string
	UnexpectedArgument                         string

	SetupShort, SetupLong                                            string
	FlagPlan, FlagSet, FlagYes, FlagDryRun, FlagUntil                string
	FlagModelKeyFD                                                   string
	PlanUnreadable, PlanUnreadableHint                               string
	TwoNames, TwoNamesHint                                           string
	PlanChange, PlanDiffers, PlanDiffersHint                         string
	SetMalformed, SetMalformedHint                                   string
	NobodyToAsk, NobodyToAskHint, AskApply, NotApplied               string
	SetupDone, NothingChanged, WhatNext, WhatNextKeyed               string
	UnknownStep, UnknownStepHint                                     string
	AskModelKey                                                      string
	KeyWithoutProvider, KeyWithoutProviderHint                       string
	KeyUnreadable, KeyUnreadableHint, KeyMalformed, KeyMalformedHint string

	NoMachine, NoMachineHint, OtherMachinesHint string

	KeyFromEnviron                         string
	FlagLine                               string
	NoPath, NoPathHint                     string
	FileExists, FileExistsHint, NotWritten string
	NotGone                                string
	UnknownForm, UnknownFormHint           string

	StartShort, Started, AlreadyRunning          string
	StopShort, Stopping, Stopped, AlreadyStopped string
	StoppedByForce                               string
	StatusShort                                  string
	StatusJSON                                   string
	CheckShort, CheckLong, FlagJSON              string
	Checking                                     string

	UndoShort, UndoLong, FlagUndoTo, TakenBack  string
	DestroyShort, DestroyLong                   string
	FlagConfirm, FlagDestroyData, FlagKeepCache string
	DestroyNeedsName, DestroyNeedsNameHint      string
	DestroyWarning, DestroyDataWarning, AskName string
	WrongName, WrongNameHint, DataKept          string

	OpenShort, OpenLong, FlagPort, Opening, OpenReady, OpenClosed string
	ShellShort, ShellLong, FlagKeeper                             string
	OpenClawShort, OpenClawLong                                   string
	NotRunning, NotRunningHint                                    string
	NoAnswer, NoAnswerHint                                        string

	ConfirmShort, ConfirmLong                     string
	FlagConfirmYes, FlagConfirmList               string
	NoSuchControl, NoQuestion, ControlsAskedHint  string
	YesNeedsControls, YesNeedsControlsHint        string
	ListOrConfirm, ListOrConfirmHint              string
	ListNever, ListConfirmed, ListLapsed          string
	AskConfirm, ConfirmBecause                    string
	ConfirmedNow, NotConfirmedNow, NothingToAsk   string
	ConfirmAgainHint                              string
	MemoryLooking, MemoryChange, MemorySame       string
	MemoryFirst, MemoryNone                       string
	MemoryUnseen, MemoryUnseenHint, MemoryUnknown string
}

var enCommand = Command{
	RootShort:          "Run the OpenClaw agent in a machine of its own, and see what holds",
	RootLong:           "clawarium makes a dedicated virtual machine for the OpenClaw agent, with an account\nthat has no rights beyond its own directories, and proves at the end what holds. Without a command it leads you there on the\nscreen, or shows the dashboard of the machine that exists.\n\nExit status: 0 fine, 1 something is not met, 2 could not do it, 3 not checked\nenough to say, 64 the command line is wrong, 130 interrupted.\nResults go to standard output, talk to standard error.",
	FlagName:           "name of the machine",
	FlagLang:           "language of the texts: en or zh (default: from the environment)",
	FlagVerbose:        "show the tools' output and the guest's console as well",
	UsageHint:          "see clawarium --help, or --help behind the command",
	UnexpectedArgument: "unexpected argument %q",

	SetupShort:             "Make the machine, or go on where it was stopped",
	SetupLong:              "Makes the machine that the plan describes, one step at a time. It can be stopped or\nkilled at any instant: the same command goes on, and `clawarium undo` takes back what\nwas made. Without --yes it leads you on the screen, or line by line. With --yes on a\nfinished machine, it looks at every step and repairs what is gone.",
	FlagPlan:               "plan file (YAML); what it leaves out has the default for this computer",
	FlagSet:                "set one key of the plan, as machine.memory=4GiB (repeatable)",
	FlagYes:                "do not ask before making it",
	FlagDryRun:             "print what would be made, with every file, and make nothing",
	FlagUntil:              "stop behind this step",
	FlagModelKeyFD:         "read the model key from this file descriptor",
	PlanUnreadable:         "the plan %q cannot be read",
	PlanUnreadableHint:     "give the path of a YAML file that you may read",
	TwoNames:               "two names: --name says %q, the plan says %q",
	TwoNamesHint:           "drop --name, or make the two equal",
	PlanChange:             "%s: %s, now %s",
	PlanDiffers:            "the machine %q was made from another plan (%s)",
	PlanDiffersHint:        "go on as it was with `clawarium setup%[1]s`, or remove it first with `clawarium destroy%[1]s`",
	SetMalformed:           "%q does not set a key",
	SetMalformedHint:       "write it as key=value, for example --set machine.memory=4GiB",
	NobodyToAsk:            "there is no terminal to ask you on before making the machine",
	NobodyToAskHint:        "look with `clawarium setup --dry-run`, then run it with --yes",
	AskApply:               "Make it? Type yes to go on:",
	NotApplied:             "Nothing was made.",
	SetupDone:              "The machine %q is made (%s).",
	NothingChanged:         "Nothing to do: the machine %q is as it should be (looked at in %s). Nothing was changed.",
	WhatNext:               "Open OpenClaw's page with `clawarium open%[1]s`; if it has no model key yet, add one with `clawarium openclaw%[1]s -- models auth paste-api-key --provider %[2]s`.",
	WhatNextKeyed:          "Open OpenClaw's page with `clawarium open%[1]s`; it has its model key. Connect a channel, such as a chat account: `clawarium openclaw%[1]s -- channels --help`.",
	UnknownStep:            "there is no step %q",
	UnknownStepHint:        "the steps are: %s",
	AskModelKey:            "Model key for %s (not shown, goes into the machine only; leave empty to add it later):",
	KeyWithoutProvider:     "a model key was given, but the plan names no provider",
	KeyWithoutProviderHint: "add --set openclaw.provider=anthropic, or another provider",
	KeyUnreadable:          "the model key cannot be read from file descriptor %d",
	KeyUnreadableHint:      "open it in the shell, for example --model-key-fd 3 3<keyfile",
	KeyMalformed:           "the model key is empty, longer than 4096 bytes or has characters that no key has",
	KeyMalformedHint:       "copy it again from the provider's page",

	NoMachine:         "there is no machine %q",
	NoMachineHint:     "make one with `clawarium setup`",
	OtherMachinesHint: "these exist: %v; choose with --name",

	KeyFromEnviron: "A model key given as CLAWARIUM_MODEL_KEY goes into the machine, unless you type another one.",

	FlagLine: "ask line by line instead of showing the full screen; for screen readers, pipes and plain terminals",
	NoPath:   "%q is no path of a file", NoPathHint: "type one such as ~/openclaw-plan.yaml",
	FileExists: "%q exists already", FileExistsHint: "give another name; nothing is written over", NotWritten: "%q could not be written",
	NotGone:     "the machine %q is removed, but something of it is left: %s",
	UnknownForm: "there is no report in the form %q", UnknownFormHint: "choose html, json or sarif",

	StartShort: "Start the machine and wait until OpenClaw answers", Started: "The machine %q runs and OpenClaw answers.", AlreadyRunning: "The machine %q runs already and OpenClaw answers.",
	StopShort: "Shut the machine down in order", Stopping: "Shutting down", Stopped: "The machine %q is off.", AlreadyStopped: "The machine %q is off already.",
	StoppedByForce: "The machine %q did not follow the request and was cut off. It is off.",
	StatusShort:    "Say how the machine is", StatusJSON: "as JSON",
	CheckShort: "Self-check: look at the machine and say what holds",
	CheckLong:  "Looks at the effective state on the host, in libvirt and in the guest, and says for each\ncontrol whether it is met, with what was seen. It changes nothing.\n--from judges saved evidence instead, --explain says what a control is about.\n\nExit status: 0 all met, 1 something is not met, 2 could not do it, 3 something could\nnot be checked.",
	FlagJSON:   "print the findings as JSON",
	Checking:   "Looking at the machine …",

	UndoShort: "Take back what setup made", UndoLong: "Takes back every step in reverse, to the state before the set-up, the data disk\nincluded. It can be stopped or killed as well: run it again.",
	FlagUndoTo: "take back only down to and including this step", TakenBack: "All of the machine %q is taken back.",
	DestroyShort: "Remove the machine; its data disk is kept unless --data",
	DestroyLong:  "Removes everything that clawarium made for this machine: domain, network, filter,\nvolumes, keys, journal and downloads. The data disk stays unless --data is given, and\na later set-up of the same name uses it again.",
	FlagConfirm:  "the machine's name, instead of being asked for it", FlagDestroyData: "delete the data disk too: OpenClaw's memory, settings and files", FlagKeepCache: "keep the downloaded image and packages",
	DestroyNeedsName: "destroy wants the machine's name, and there is no terminal to ask for it", DestroyNeedsNameHint: "run `clawarium destroy --confirm %s`",
	DestroyWarning: "This removes the machine %q.", DestroyDataWarning: "With --data, OpenClaw's memory, settings and files are deleted too, for good.", AskName: "Type its name to go on:",
	WrongName: "%q is not the machine's name, %q", WrongNameHint: "nothing was removed; run it again and type the name", DataKept: "The data disk of %q is kept; delete it too with `clawarium setup` and then `clawarium destroy --data`.",

	OpenShort: "Open OpenClaw's page through a tunnel that closes on exit", OpenLong: "Opens a tunnel on 127.0.0.1 to the gateway in the machine and prints a link that works\nonce. The tunnel closes with ctrl-c.",
	FlagPort: "port on 127.0.0.1 for the tunnel", Opening: "Asking OpenClaw for a link that works once …", OpenReady: "The tunnel is open on 127.0.0.1:%d; ctrl-c closes it. The link works once, for ten minutes:", OpenClosed: "The tunnel is closed.",
	ShellShort: "A shell as the agent's account, inside the service's sandbox", ShellLong: "Opens a shell with the rights that OpenClaw has, and no more. With --keeper, the\nmaintenance account with sudo instead.", FlagKeeper: "the maintenance account instead, which may use sudo",
	OpenClawShort: "Run OpenClaw's own command line in the machine: openclaw -- ARGS", OpenClawLong: "Runs OpenClaw's own command line as the agent's account, inside the service's sandbox.\nIts exit status is passed on.",
	NotRunning: "the machine %q is off", NotRunningHint: "start it with `clawarium start%s`",
	NoAnswer: "the input ended before an answer", NoAnswerHint: "nothing was changed; run it again on a terminal, or with the answer as a flag",

	ConfirmShort:    "Confirm what no program can see, such as where your backups are",
	ConfirmLong:     "Some of what keeps you safe only you can know. This asks about it, one question at a\ntime, and keeps your answers with their dates; after 90 days each is asked again. Without\ncontrols it asks what you never confirmed or what has lapsed. Only a yes confirms; any\nother answer, or none, leaves the question open.\n\nExit status: 0 all that was asked is confirmed, 3 something stays open.",
	FlagConfirmYes:  "confirm the named controls without being asked",
	FlagConfirmList: "list the questions and when you confirmed them; asks nothing",
	NoSuchControl:   "there is no control %q", NoQuestion: "%q has no question that you could answer", ControlsAskedHint: "these have one: %s",
	YesNeedsControls: "--yes confirms only what is named", YesNeedsControlsHint: "name the controls, for example `clawarium confirm --yes K5 K27`, after reading `clawarium confirm --list`",
	ListOrConfirm: "--list and --yes do not go together", ListOrConfirmHint: "read the questions with --list first, then confirm with --yes",
	ListNever: "never confirmed", ListConfirmed: "confirmed on %s, %d days left", ListLapsed: "lapsed, confirmed on %s",
	AskConfirm: "Is that so? Type yes to confirm:", ConfirmBecause: "Why it matters: %s",
	ConfirmAgainHint: "what you confirmed before is kept; run `clawarium confirm` again for the rest",
	ConfirmedNow:     "Confirmed until %s: %s.", NotConfirmedNow: "Not confirmed: %s.", NothingToAsk: "Nothing to ask: everything is confirmed, the first until %s (%s).",
	MemoryLooking: "Looking at what the agent remembers …",
	MemoryChange:  "Since your review on %s: %s, %s (%s)", MemorySame: "Since your review on %s, none of %d memory files has changed.",
	MemoryFirst: "The agent has %d memory files; none was reviewed yet:", MemoryNone: "The agent has no memory files yet.",
	MemoryUnseen: "what the agent remembers could not be looked at: %s", MemoryUnseenHint: "your answer counts all the same; to see what changes from now on, confirm K27 again while the machine runs",
	MemoryUnknown: "it was not looked at",
}

var zhCommand = Command{
	RootShort:          "让 OpenClaw 智能体住进专用虚拟机，并逐条看清哪些防护成立",
	RootLong:           "clawarium 为 OpenClaw 智能体建一台专用虚拟机和一个只管自己目录的账户，\n最后逐条证明哪些防护成立。不带命令运行时在屏幕上逐步引导，或显示已有虚拟机的概况。\n\n退出码：0 正常，1 有要求不满足，2 没能做成，3 检查不足以下结论，\n64 命令行有误，130 被中断。结果写到标准输出，说明写到标准错误。",
	FlagName:           "虚拟机的名字",
	FlagLang:           "界面语言：en 或 zh（默认取自环境变量）",
	FlagVerbose:        "同时显示各工具的输出和虚拟机控制台",
	UsageHint:          "请看 clawarium --help，或在命令后加 --help",
	UnexpectedArgument: "多余的参数 %q",

	SetupShort:             "创建虚拟机，或从中断处继续",
	SetupLong:              "按方案一步一步创建虚拟机。任何时刻都可以停止，甚至强行结束：再次运行同一命令即可继续，\n`clawarium undo` 则撤回已做的一切。对已建成的虚拟机加 --yes 运行时，会查看每一步并补上缺失的部分。\n不加 --yes 时，在屏幕上或逐行引导你。",
	FlagPlan:               "方案文件（YAML）；没写的项取适合本机的默认值",
	FlagSet:                "设置方案中的一项，如 machine.memory=4GiB（可重复）",
	FlagYes:                "创建前不再询问",
	FlagDryRun:             "只列出将要创建的内容和每个文件，什么都不做",
	FlagUntil:              "做完这一步就停",
	FlagModelKeyFD:         "从这个文件描述符读取模型密钥",
	PlanUnreadable:         "无法读取方案 %q",
	PlanUnreadableHint:     "请给出一个你有权读取的 YAML 文件路径",
	TwoNames:               "两个名字不一致：--name 是 %q，方案里是 %q",
	TwoNamesHint:           "去掉 --name，或把两者改成一样",
	PlanChange:             "%s：原为 %s，现为 %s",
	PlanDiffers:            "虚拟机 %q 是按另一份方案创建的（%s）",
	PlanDiffersHint:        "用 `clawarium setup%[1]s` 按原方案继续，或先用 `clawarium destroy%[1]s` 删除它",
	SetMalformed:           "%q 没有设置任何一项",
	SetMalformedHint:       "请写成 键=值，例如 --set machine.memory=4GiB",
	NobodyToAsk:            "没有终端可以在创建前询问你",
	NobodyToAskHint:        "先用 `clawarium setup --dry-run` 看一遍，再加 --yes 运行",
	AskApply:               "要创建吗？输入 yes 继续：",
	NotApplied:             "什么都没有创建。",
	SetupDone:              "虚拟机 %q 已建成（%s）。",
	NothingChanged:         "无事可做：虚拟机 %q 一切如常（查看用时 %s）。没有做任何改动。",
	WhatNext:               "用 `clawarium open%[1]s` 打开 OpenClaw 的页面；如果它还没有模型密钥，用 `clawarium openclaw%[1]s -- models auth paste-api-key --provider %[2]s` 添加。",
	WhatNextKeyed:          "用 `clawarium open%[1]s` 打开 OpenClaw 的页面；模型密钥已经交给它。要连接渠道（例如聊天账户）：`clawarium openclaw%[1]s -- channels --help`。",
	UnknownStep:            "没有步骤 %q",
	UnknownStepHint:        "步骤有：%s",
	AskModelKey:            "%s 的模型密钥（不显示，只进入虚拟机；留空可以以后再加）：",
	KeyWithoutProvider:     "给了模型密钥，但方案里没有写供应商",
	KeyWithoutProviderHint: "请加上 --set openclaw.provider=anthropic 或其他供应商",
	KeyUnreadable:          "无法从文件描述符 %d 读取模型密钥",
	KeyUnreadableHint:      "请在 shell 里打开它，例如 --model-key-fd 3 3<密钥文件",
	KeyMalformed:           "模型密钥为空、超过 4096 字节，或含有密钥不会有的字符",
	KeyMalformedHint:       "请从供应商页面重新复制",

	NoMachine:         "没有名为 %q 的虚拟机",
	NoMachineHint:     "用 `clawarium setup` 创建一台",
	OtherMachinesHint: "现有：%v；用 --name 选择",

	KeyFromEnviron: "环境变量 CLAWARIUM_MODEL_KEY 中的模型密钥会放入虚拟机，除非你另外输入。",

	FlagLine: "逐行提问，不使用全屏界面；适合读屏软件、管道和简单终端",
	NoPath:   "%q 不是文件路径", NoPathHint: "请输入例如 ~/openclaw-plan.yaml 的路径",
	FileExists: "%q 已存在", FileExistsHint: "请换一个名字；不会覆盖任何文件", NotWritten: "无法写入 %q",
	NotGone:     "虚拟机 %q 已删除，但还有残留：%s",
	UnknownForm: "没有 %q 格式的报告", UnknownFormHint: "请选择 html、json 或 sarif",

	StartShort: "启动虚拟机，直到 OpenClaw 应答", Started: "虚拟机 %q 已启动，OpenClaw 已应答。", AlreadyRunning: "虚拟机 %q 本来就在运行，OpenClaw 有应答。",
	StopShort: "正常关闭虚拟机", Stopping: "正在关机", Stopped: "虚拟机 %q 已关闭。", AlreadyStopped: "虚拟机 %q 本来就是关闭的。",
	StoppedByForce: "虚拟机 %q 没有听从请求，已被强制断电。它现在是关闭的。",
	StatusShort:    "查看虚拟机的状况", StatusJSON: "以 JSON 输出",
	CheckShort: "自检：查看虚拟机，说明哪些防护成立",
	CheckLong:  "查看主机、libvirt 和虚拟机内的实际状态，对每项控制说明是否满足以及看到了什么。\n不做任何改动。\n--from 改为判断保存的证据，--explain 说明某项控制的内容。\n\n退出码：0 全部满足，1 有不满足，2 没能做成，3 有未能检查的。",
	FlagJSON:   "以 JSON 输出结论",
	Checking:   "正在查看虚拟机……",

	UndoShort: "撤回 setup 创建的一切", UndoLong: "按相反顺序撤回每一步，恢复到创建之前的状态，数据盘也一并撤回。\n同样可以随时停止或强行结束：再运行一次即可。",
	FlagUndoTo: "只撤回到这一步为止（含这一步）", TakenBack: "虚拟机 %q 已全部撤回。",
	DestroyShort: "删除虚拟机；不加 --data 时保留数据盘",
	DestroyLong:  "删除 clawarium 为这台虚拟机创建的一切：虚拟机、网络、过滤规则、存储卷、密钥、\n日志和下载文件。不加 --data 时保留数据盘，以后用同一名字创建时会再次使用。",
	FlagConfirm:  "虚拟机的名字，给出后不再询问", FlagDestroyData: "同时删除数据盘：OpenClaw 的记忆、设置和文件", FlagKeepCache: "保留下载的镜像和软件包",
	DestroyNeedsName: "destroy 需要虚拟机的名字，但没有终端可以询问", DestroyNeedsNameHint: "请运行 `clawarium destroy --confirm %s`",
	DestroyWarning: "这将删除虚拟机 %q。", DestroyDataWarning: "加了 --data：OpenClaw 的记忆、设置和文件也会被永久删除。", AskName: "输入它的名字继续：",
	WrongName: "%q 不是这台虚拟机的名字 %q", WrongNameHint: "什么都没有删除；请再运行一次并输入名字", DataKept: "%q 的数据盘已保留；如要删除，请先 `clawarium setup`，再 `clawarium destroy --data`。",

	OpenShort: "经由退出即关闭的隧道打开 OpenClaw 的页面", OpenLong: "在 127.0.0.1 上打开通往虚拟机内网关的隧道，并给出一个只能用一次的链接。\n按 ctrl-c 关闭隧道。",
	FlagPort: "隧道在 127.0.0.1 上的端口", Opening: "正在向 OpenClaw 索取一次性链接……", OpenReady: "隧道已在 127.0.0.1:%d 打开，按 ctrl-c 关闭。链接只能用一次，十分钟内有效：", OpenClosed: "隧道已关闭。",
	ShellShort: "以智能体账户在服务沙箱内打开 shell", ShellLong: "打开一个与 OpenClaw 权限完全相同的 shell。加 --keeper 则使用可以 sudo 的维护账户。", FlagKeeper: "改用可以 sudo 的维护账户",
	OpenClawShort: "在虚拟机内运行 OpenClaw 自己的命令行：openclaw -- 参数", OpenClawLong: "以智能体账户在服务沙箱内运行 OpenClaw 自己的命令行，并传回其退出码。",
	NotRunning: "虚拟机 %q 是关闭的", NotRunningHint: "用 `clawarium start%s` 启动它",
	NoAnswer: "还没有得到回答，输入就结束了", NoAnswerHint: "没有做任何改动；请在终端上再运行一次，或用参数给出回答",

	ConfirmShort:    "确认程序看不到的事，例如备份放在哪里",
	ConfirmLong:     "有些保障安全的事只有你自己知道。本命令逐条询问，并记下你的回答和日期；90 天后会再次\n询问。不写控制项时，只问从未确认或已经失效的。只有回答“是”才算确认；其他回答或不回答，\n问题都仍然开着。\n\n退出码：0 所问的都已确认，3 还有未确认的。",
	FlagConfirmYes:  "不再询问，直接确认写明的控制项",
	FlagConfirmList: "列出问题和确认日期，不询问",
	NoSuchControl:   "没有控制项 %q", NoQuestion: "%q 没有需要你回答的问题", ControlsAskedHint: "有问题的是：%s",
	YesNeedsControls: "--yes 只确认写明的控制项", YesNeedsControlsHint: "先看 `clawarium confirm --list`，再写明控制项，例如 `clawarium confirm --yes K5 K27`",
	ListOrConfirm: "--list 和 --yes 不能一起用", ListOrConfirmHint: "先用 --list 看问题，再用 --yes 确认",
	ListNever: "从未确认", ListConfirmed: "于 %s 确认，还有 %d 天", ListLapsed: "已失效，于 %s 确认过",
	AskConfirm: "属实吗？输入“是”确认：", ConfirmBecause: "为什么重要：%s",
	ConfirmAgainHint: "之前确认的已经保存；其余请再次运行 `clawarium confirm`",
	ConfirmedNow:     "已确认，有效至 %s：%s。", NotConfirmedNow: "未确认：%s。", NothingToAsk: "没有要问的：全部已确认，最早 %s 到期（%s）。",
	MemoryLooking: "正在查看智能体的记忆……",
	MemoryChange:  "自你于 %s 审阅以来：%s，%s（%s）", MemorySame: "自你于 %s 审阅以来，%d 个记忆文件都没有变化。",
	MemoryFirst: "智能体有 %d 个记忆文件，都还没有审阅过：", MemoryNone: "智能体还没有记忆文件。",
	MemoryUnseen: "无法查看智能体的记忆：%s", MemoryUnseenHint: "你的回答同样有效；要看到以后的变化，请在虚拟机运行时再次确认 K27",
	MemoryUnknown: "没有查看",
}
