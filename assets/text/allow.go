package text

// Allow is what is said about what gets out, and what was refused.
type Allow struct {
	_ incomparable

	Short, Long                       string
	FlagList, FlagJSON, FlagAdd       string
	FlagFor, FlagRemove, FlagNever    string
	FlagLevel, FlagServer             string
	FlagChannel, FlagNoChannel        string
	ForAlone, ForAloneHint            string
	BadWhile, BadWhileHint            string // how long
	BadLevel, BadLevelHint            string // level
	ListAlone, ListAloneHint          string
	NotYours, NotYoursHint            string // host
	NeverAllowed, NeverAllowedHint    string // host; host
	NoChannel, NoChannelHint          string // channel; channels
	EarlierBack, EarlierDone          string
	Same, InForce, Later              string
	TakenBack, TakenBackHint          string
	AskWhich, Left, NoNumber, AskHost string // answer, highest; host
	NotAllowable                      string // host, why
	AnswerAll, AnswerGood, AnswerHour string // words, separated by commas
	AnswerNever                       string
	Level, Server, RulesHead          string // level, what it means; address
	Until                             string // time
	NeverHead, NothingBlocked         string // hosts
	BlockedHead                       string
	Blocked                           string            // number, host, count, first, last, why
	PlanDiffersHint                   string            // flag for the machine's name
	Levels, For                       map[string]string // by level; by what a rule is for
}

var enAllow = Allow{
	Short:    "See what was refused, and edit what the machine may reach",
	Long:     "Without flags, on a terminal: lists what the machine wanted to reach and was refused, and asks\nfor each that you choose whether to allow it for good, for an hour, or never. With flags, for\nscripts. A change applies at once, to connections that are open as well; one that does not\ncome into force is taken back. It can be killed at any instant: the same command goes on.\n\nHosts are written as name, *.name or name:port; a * stands for one label or a part of one, so\n*.example.com is neither example.com nor a.b.example.com. Without a port it is 443.\n\nExit status: 0 done, 2 it could not be done or was taken back, 64 the command line is wrong,\n130 interrupted.",
	FlagList: "list what is let through and what was refused", FlagJSON: "the list as JSON",
	FlagAdd: "allow this host (repeatable)", FlagFor: "with --add: for this long, as 1h or 30m; without it, for good",
	FlagRemove: "take back what you allowed, or said never to (repeatable)", FlagNever: "keep refusing this host, and do not list it again (repeatable)",
	FlagLevel: "allowlist, internet or offline", FlagServer: "the one address:port on your own network that may be reached, a model server; none for none",
	FlagChannel: "let a channel's servers through, as telegram (repeatable)", FlagNoChannel: "take a channel out (repeatable)",
	ForAlone: "--for says for how long --add allows", ForAloneHint: "name the host: --add HOST --for 1h",
	BadWhile: "%s is no time that a host can be allowed for", BadWhileHint: "use one minute to 30 days, as 1h; leave out --for to allow it for good",
	BadLevel: "%q is no level", BadLevelHint: "use allowlist, internet or offline",
	ListAlone: "--list and --json change nothing", ListAloneHint: "change it first, then list it",
	NotYours: "%q is not among the hosts that you allowed or said never to", NotYoursHint: "see them with `clawarium allow --list`; what comes with the provider, a channel or updates goes with those",
	NeverAllowed: "%q is allowed and shall never be", NeverAllowedHint: "take it back first: --remove %s",
	NoChannel: "the channel %q is not let through", NoChannelHint: "let through are: %s",
	EarlierBack: "an earlier change of this was not finished, and was taken back", EarlierDone: "An earlier change of this was not finished; it is now.",
	Same: "It was so already; nothing was changed.", InForce: "Done; it is in force.", Later: "Done; the warden does not run, so it is in force from its next start.",
	TakenBack: "the change did not come into force, so it was taken back", TakenBackHint: "see `clawarium warden status`",
	AskWhich: "Decide about which? Type numbers such as 1,3 or 2-4, or all; nothing leaves them:", Left: "Left as it is.",
	NoNumber: "%q names none of the numbers 1 to %d.", AskHost: "%s: type good (allow it for good), hour (for an hour), never (keep refusing it and do not list it), or anything else to leave it:",
	NotAllowable: "%s: allowing it will not let it through: %s.",
	AnswerAll:    "all", AnswerGood: "good,g,for good", AnswerHour: "hour,h", AnswerNever: "never,n",
	Level: "level        %s: %s", Server: "model server %s", RulesHead: "Let through:", Until: ", until %s",
	NeverHead: "Refused without being listed: %s", NothingBlocked: "Nothing was refused.", BlockedHead: "Refused, the last one first:",
	Blocked:         "%3d. %s  times: %d, first %s, last %s: %s",
	PlanDiffersHint: "change what the machine may reach with `clawarium allow%[1]s`, and go on with `clawarium setup%[1]s`",
	Levels:          map[string]string{"allowlist": "the hosts below and no other", "internet": "any public host", "offline": "nothing"},
	For:             map[string]string{"provider": "for the model provider", "channel": "for the channel", "updates": "for updates:", "owner": "yours"},
}

var zhAllow = Allow{
	Short:    "查看被拒绝的，编辑虚拟机可以访问的",
	Long:     "在终端上不带参数：列出虚拟机想访问而被拒绝的主机，并就你选中的逐一询问：长期放行、\n放行一小时，还是永不。带参数则供脚本使用。改动立即生效，对已打开的连接也一样；没有\n生效的改动会被撤回。任何时刻都可以强行结束：再次运行同一命令即可继续。\n\n主机写作 name、*.name 或 name:port；* 代表一段或一段的一部分，因此 *.example.com 既不是\nexample.com，也不是 a.b.example.com。不写端口即为 443。\n\n退出码：0 完成，2 没能完成或已撤回，64 命令行有误，130 被中断。",
	FlagList: "列出放行的和被拒绝的", FlagJSON: "以 JSON 列出",
	FlagAdd: "放行这个主机（可重复）", FlagFor: "与 --add 合用：放行多久，如 1h 或 30m；不给则长期放行",
	FlagRemove: "收回你放行过或说过永不的主机（可重复）", FlagNever: "一直拒绝这个主机，且不再列出（可重复）",
	FlagLevel: "allowlist、internet 或 offline", FlagServer: "你自己网络中唯一可访问的 地址:端口，即模型服务器；none 表示没有",
	FlagChannel: "放行某个渠道的服务器，如 telegram（可重复）", FlagNoChannel: "去掉某个渠道（可重复）",
	ForAlone: "--for 说明 --add 放行多久", ForAloneHint: "请指明主机：--add HOST --for 1h",
	BadWhile: "不能按 %s 放行主机", BadWhileHint: "请用一分钟到 30 天，如 1h；要长期放行请去掉 --for",
	BadLevel: "没有 %q 这个级别", BadLevelHint: "请用 allowlist、internet 或 offline",
	ListAlone: "--list 和 --json 不做改动", ListAloneHint: "请先改动，再列出",
	NotYours: "%q 不在你放行过或说过永不的主机之中", NotYoursHint: "用 `clawarium allow --list` 查看；随提供商、渠道或更新而来的，随它们而去",
	NeverAllowed: "%q 已放行，却又要永不放行", NeverAllowedHint: "请先收回：--remove %s",
	NoChannel: "渠道 %q 没有放行", NoChannelHint: "已放行的有：%s",
	EarlierBack: "之前的一次改动没有完成，已撤回", EarlierDone: "之前的一次改动没有完成，现已完成。",
	Same: "本来就是这样；没有改动。", InForce: "完成，已生效。", Later: "完成；看守进程没有运行，下次启动时生效。",
	TakenBack: "改动没有生效，因此已撤回", TakenBackHint: "请看 `clawarium warden status`",
	AskWhich: "要决定哪些？输入编号如 1,3 或 2-4，或 all；什么都不输入则不动：", Left: "保持不动。",
	NoNumber: "%q 不是 1 到 %d 的编号。", AskHost: "%s：输入 good（长期放行）、hour（放行一小时）、never（一直拒绝且不再列出），输入其他则不动：",
	NotAllowable: "%s：放行它也过不去：%s。",
	AnswerAll:    "全部,all", AnswerGood: "长期,good,g", AnswerHour: "一小时,hour,h", AnswerNever: "永不,never,n",
	Level: "级别     %s：%s", Server: "模型服务器 %s", RulesHead: "放行：", Until: "，到 %s 为止",
	NeverHead: "拒绝且不列出：%s", NothingBlocked: "没有任何主机被拒绝。", BlockedHead: "被拒绝的，最近的在前：",
	Blocked:         "%3d. %s  %d 次，首次 %s，最近 %s：%s",
	PlanDiffersHint: "用 `clawarium allow%[1]s` 改变虚拟机可以访问的，再用 `clawarium setup%[1]s` 继续",
	Levels:          map[string]string{"allowlist": "以下主机，别无其他", "internet": "任何公网主机", "offline": "什么都不放行"},
	For:             map[string]string{"provider": "模型提供商", "channel": "渠道", "updates": "更新：", "owner": "你放行的"},
}
