package text

// OutScreen is what is said about the way out of a machine: on the dashboard, and
// in lines.
type OutScreen struct {
	Label string // of the fact on the dashboard
	Head  string // machine

	Open, Since          string // level; for how long
	Offline, None        string
	Down, Away, Unwalled string
	Hosts                string // number
	RefusedLately        string // number
	Unknown              string
	Looking              string
	Groups               map[string]string // blocked, owner, never, settings
	Nothing, NothingOpen string            // no name was refused: at allowlist and offline, at internet

	Times, Ago, JustNow, Days, Left, ForGood string // number; duration; -; number; duration; -
	Whose                                    map[string]string
	NotPlain, NoName                         string // a name that is none: as an error, as a sentence

	// The row under the cursor.
	Blocked                 string // host, port, times, first, last
	NotListable             string
	OwnerRule, NeverRule    string // host
	SettingsRule            string // host, whose
	NoEffect, NoEffectInter string

	// What keys do.
	Decide, Add, Level, Allow string

	// Questions.
	AskBlocked                        string // host
	Leave, ForAnHour, Good, NeverMore string
	AskAdd, AskAddAbout               string // host
	AskRemove, AskRemoveAbout, Remove string // host
	AskAgain, AskAgainAbout, ListIt   string // host
	AskLevel                          string // level
	LevelAtOnce, LevelNo, LevelYes    string
	LevelHead, LevelNow               string
	TypeHost, TypeHostAbout           string
	NoHost, NoHostHint                string
	Fixed                             string // whose: said of what cannot be taken off here

	// What was done.
	Changing                                   string // machine
	Allowed, AllowedHour, Removed, Quiet, Back string // host
	LevelSet                                   string // level
	Halt, HaltAbout                            string
	ChangeFailed                               string

	// In lines.
	LineHead, LineAsk, LineAdd, LineLevel, LineAgain, LineBack string
	LineMore                                                   string // number
	WordsAdd, WordsLevel, WordsOut                             string
	MenuOut                                                    string
	AddAsk                                                     string
}

var enOut = OutScreen{
	Label: "way out", Head: "The way out of the machine %q",
	Open: "open: %s", Since: "for %s", Offline: "closed, as you chose", None: "closed: no rules are in force",
	Down: "closed: the warden, which opens it, does not run", Away: "closed: the warden has no way into the machine now", Unwalled: "unguarded: the filter around the machine is not in force",
	Hosts: "hosts: %d", RefusedLately: "names refused: %d", Unknown: "not known", Looking: "Looking at the way out …",
	Groups: map[string]string{
		"blocked": "Refused lately", "owner": "Allowed by you", "never": "Never, as you said", "settings": "Allowed by the machine's settings",
	},
	Nothing: "No name was refused lately.", NothingOpen: "No name was refused lately: any public host is let through.",
	Times: "%d ×", Ago: "%s ago", JustNow: "just now", Days: "%d days", Left: "%s left", ForGood: "for good",
	Whose:    map[string]string{"provider": "model provider", "channel": "channel", "updates": "updates", "owner": "you"},
	NotPlain: "this is no name that a host can have", NoName: "No host can have such a name.",

	Blocked:     "%s, port %d: refused %d ×, first %s, last %s.",
	NotListable: "Allowing it would not let it through: the name is not what is wrong.",
	OwnerRule:   "%s is let through because you allowed it.", NeverRule: "%s is refused, and not listed when it is.",
	SettingsRule:  "%s is let through for: %s.",
	NoEffect:      "At the present level nothing is let through; what is allowed counts again at “named hosts only”.",
	NoEffectInter: "At the present level any public host is let through; what is allowed counts at “named hosts only”.",

	Decide: "decide", Add: "add a host", Level: "how open", Allow: "allow",

	AskBlocked: "What about %s?",
	Leave:      "leave it refused", ForAnHour: "allow it for an hour", Good: "allow it for good", NeverMore: "never: refuse it and do not list it again",
	AskAdd: "Allow %s?", AskAddAbout: "Whatever runs in the machine can then send to it what it knows.",
	AskRemove: "Take %s off the list?", AskRemoveAbout: "It is refused from then on, and connections to it are cut.", Remove: "take it off",
	AskAgain: "List %s again when it is refused?", AskAgainAbout: "It stays refused until you allow it.", ListIt: "list it again",
	AskLevel:    "Let through: %s?",
	LevelAtOnce: "It holds at once; connections that are no longer allowed are cut.",
	LevelNo:     "leave it as it is", LevelYes: "change it",
	LevelHead: "How open shall the way out be?", LevelNow: "now",
	TypeHost: "Which host?", TypeHostAbout: "As in api.example.com, *.example.com (one label in place of *), or files.example.com:8443.",
	NoHost: "no host was given", NoHostHint: "type one, such as api.example.com; esc goes back",
	Fixed: "That comes from the machine's settings (%s) and cannot be taken off here.",

	Changing: "Changing the way out of the machine %q",
	Allowed:  "%s is let through from now on.", AllowedHour: "%s is let through for an hour.", Removed: "%s is refused from now on.",
	Quiet: "%s stays refused and is not listed any more.", Back: "%s is listed again when it is refused.",
	LevelSet: "Let through from now on: %s.",
	Halt:     "Stop the change?", HaltAbout: "It is made as a whole or not at all. Look here afterwards which of the two it was.",
	ChangeFailed: "The way out was not changed.",

	LineHead: "Way out: %s", LineAsk: "A number decides about it.", LineAdd: "allow another host", LineLevel: "change how open it is",
	LineAgain: "look again", LineBack: "back to the menu", LineMore: "and %d more, which the screen shows",
	WordsAdd: "add,allow", WordsLevel: "level", WordsOut: "out,way out,blocked",
	MenuOut: "way out: see which names were refused, allow one, change how open it is",
	AddAsk:  "Host [none]:",
}

var zhOut = OutScreen{
	Label: "出口", Head: "虚拟机 %q 的出口",
	Open: "打开：%s", Since: "已持续 %s", Offline: "关闭，按你的选择", None: "关闭：没有生效的规则",
	Down: "关闭：打开它的看守进程没有运行", Away: "关闭：看守进程现在进不了虚拟机", Unwalled: "无人把守：虚拟机的过滤器没有生效",
	Hosts: "%d 个主机", RefusedLately: "拒绝了 %d 个名称", Unknown: "未知", Looking: "正在查看出口……",
	Groups: map[string]string{
		"blocked": "最近拒绝的", "owner": "你允许的", "never": "你说过绝不允许的", "settings": "虚拟机的设置允许的",
	},
	Nothing: "最近没有拒绝任何名称。", NothingOpen: "最近没有拒绝任何名称：任何公网主机都放行。",
	Times: "%d 次", Ago: "%s前", JustNow: "刚刚", Days: "%d 天", Left: "还剩 %s", ForGood: "一直",
	Whose:    map[string]string{"provider": "模型提供商", "channel": "渠道", "updates": "更新", "owner": "你"},
	NotPlain: "这不是主机可以有的名称", NoName: "主机不可能有这样的名称。",

	Blocked:     "%s，端口 %d：拒绝了 %d 次，最早 %s，最近 %s。",
	NotListable: "允许它也不会放行：问题不在名称上。",
	OwnerRule:   "%s 放行，因为你允许了它。", NeverRule: "%s 被拒绝，而且拒绝时不再列出。",
	SettingsRule:  "%s 放行，用于：%s。",
	NoEffect:      "在现在的级别，什么都不放行；回到“只有列出的主机”时，允许的才会生效。",
	NoEffectInter: "在现在的级别，任何公网主机都放行；回到“只有列出的主机”时，允许的才会生效。",

	Decide: "决定", Add: "添加主机", Level: "开放程度", Allow: "允许",

	AskBlocked: "怎么处理 %s？",
	Leave:      "仍然拒绝", ForAnHour: "允许一小时", Good: "一直允许", NeverMore: "绝不：拒绝，并且不再列出",
	AskAdd: "允许 %s 吗？", AskAddAbout: "虚拟机里运行的一切，都可以把它知道的内容发给它。",
	AskRemove: "把 %s 从列表中去掉吗？", AskRemoveAbout: "从那时起拒绝它，并切断与它的连接。", Remove: "去掉",
	AskAgain: "以后拒绝 %s 时再列出它吗？", AskAgainAbout: "在你允许之前，仍然拒绝它。", ListIt: "再列出它",
	AskLevel:    "放行：%s？",
	LevelAtOnce: "立即生效；不再允许的连接会被切断。",
	LevelNo:     "保持不变", LevelYes: "更改",
	LevelHead: "出口要开放到什么程度？", LevelNow: "现在",
	TypeHost: "哪个主机？", TypeHostAbout: "例如 api.example.com、*.example.com（* 代表一段），或 files.example.com:8443。",
	NoHost: "没有给出主机", NoHostHint: "请输入一个，例如 api.example.com；按 esc 返回",
	Fixed: "它来自虚拟机的设置（%s），不能在这里去掉。",

	Changing: "正在更改虚拟机 %q 的出口",
	Allowed:  "从现在起放行 %s。", AllowedHour: "放行 %s，为期一小时。", Removed: "从现在起拒绝 %s。",
	Quiet: "仍然拒绝 %s，并且不再列出。", Back: "以后拒绝 %s 时会再列出。",
	LevelSet: "从现在起放行：%s。",
	Halt:     "要停止更改吗？", HaltAbout: "更改要么全部完成，要么完全不做。之后请在这里查看是哪一种。",
	ChangeFailed: "出口没有更改。",

	LineHead: "出口：%s", LineAsk: "输入数字来决定。", LineAdd: "允许另一个主机", LineLevel: "更改开放程度",
	LineAgain: "再看一次", LineBack: "回到菜单", LineMore: "另有 %d 个，可在界面中查看",
	WordsAdd: "添加,允许", WordsLevel: "级别,程度", WordsOut: "出口",
	MenuOut: "出口：查看拒绝了哪些名称，允许其中一个，更改开放程度",
	AddAsk:  "主机 [无]：",
}
