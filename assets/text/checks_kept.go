package text

// ChecksKept is what is said about files whose content matters, baselines and promises: GuestKept in package checks.
type ChecksKept struct {

	// Names of what is looked at.
	SecretsName  string
	KeyNamesName string
	ModesName    string
	SkillsName   string
	KeptName     string
	MemoryName   string
	BaselineName string
	PromisesName string

	// What was left out.
	LeftOut   string
	LeftMore  string
	EndedBy   string
	Whys      map[string]string // why something was left out
	Limits    map[string]string // what ended a look early
	TooMany   string
	BadMasked string

	// K17
	SecretFound  string
	SecretPlain  string
	SecretName   string
	SecretMore   string
	APIKey       string
	SeedWords    string
	Secrets      map[string]string // kinds
	ScanClean    string
	ScanAside    string
	KeyInClear   string
	KeyNamesFine string
	LooseMode    string
	LooseMore    string
	ModesFine    string

	// K14
	Things          map[string]string // skill, plugin, hook
	SkillUnknown    string
	SkillChanged    string
	SkillRemoved    string
	SkillPartial    string
	SkillUnreviewed string
	SkillsNone      string
	SkillsFine      string
	SkillPolicy     string
	ReviewHint      string

	// K19
	FileAdded      string
	FileRemoved    string
	FileChanged    string
	FileUnreadable string
	Stock          string
	Unchanged      string
	NoBaseline     string
	KeepHint       string

	// A change, in words.
	Changes       map[string]string // kinds
	Lines         string
	TreeSize      string
	ModeChange    string
	NowUnreadable string
	HiddenChange  string
	NotShown      string

	// K27
	MemoryCount     string
	MemoryNone      string
	MemorySince     string
	MemoryUnchanged string

	// The owner's word.
	YourWord     string
	Confirmed    string
	NotConfirmed string
	Lapsed       string
	ConfirmHint  string
	Questions    map[string]string // by control: what the owner confirms

	// Keeping a baseline.
	CannotKeep          string
	CannotKeepHint      string
	NothingToAccept     string
	NothingToAcceptHint string
	BaselineKept        string
	BadBaseline         string
	BadBaselineHint     string
	BadPromises         string
	BadPromisesHint     string
}

var enChecksKept = ChecksKept{
	SecretsName:  "the search for secrets",
	KeyNamesName: "the gateway's environment",
	ModesName:    "the modes of OpenClaw's files",
	SkillsName:   "the skills, plugins and hooks",
	KeptName:     "the settings and standing instructions",
	MemoryName:   "the agent's memory",
	BaselineName: "the baseline",
	PromisesName: "the record of what you confirmed",

	LeftOut:  "not looked at: %s (%s)",
	LeftMore: "not looked at: %d more places",
	EndedBy:  "the look through %s ended early: %s",
	Whys: map[string]string{
		"depth": "too deep", "size": "larger than is read", "files": "too many files", "outside": "outside the agent's home",
		"link": "a link", "include": "includes other files", "not JSON": "is not JSON", "not a regular file": "is no ordinary file",
		"ENOENT": "does not exist", "ENOTDIR": "is a link or no directory", "ELOOP": "is a link", "EACCES": "may not be read",
		"bytes": "more bytes than are read", "time": "the time for it was up",
	},
	Limits:    map[string]string{"files": "too many files", "bytes": "too many bytes", "time": "the time for it was up"},
	TooMany:   "there are %d more than were reported",
	BadMasked: "(not shown)",

	SecretFound: "%s, line %d: %s %s",
	SecretPlain: "%s, line %d: %s",
	SecretName:  "%s: its name holds: %s",
	SecretMore:  "%d more like these",
	APIKey:      "API key (%s)",
	SeedWords:   "seed phrase of a wallet, %s words",
	Secrets: map[string]string{
		"identity": "identity number", "card": "bank card number", "private-key": "private key",
		"seed": "seed phrase of a wallet", "bearer": "access token",
	},
	ScanClean:    "no secret and no private data in %d files, %d KiB, in %s",
	ScanAside:    "not looked into: %d files that are no text, %d directories of packages and of git's own",
	KeyInClear:   "the environment of the gateway's process holds a key in clear: %s",
	KeyNamesFine: "none of %d variables in the environment of the gateway's process holds a key",
	LooseMode:    "others than its owner may use %s: mode %s",
	LooseMore:    "others than their owner may use %d more",
	ModesFine:    "%d files and directories of OpenClaw are their owner's alone (0600, 0700)",

	Things:          map[string]string{"skill": "skill", "plugin": "plugin", "hook": "hook", "memory": "memory"},
	SkillUnknown:    "unknown %s, new since %s: %s (%s)",
	SkillChanged:    "%s changed since you accepted it on %s: %s (%s)",
	SkillRemoved:    "%s that you accepted on %s is gone: %s",
	SkillPartial:    "%s %s could not be read whole (%s), so nobody knows whether it is as you accepted it",
	SkillUnreviewed: "%s not reviewed yet: %s (%s)",
	SkillsNone:      "no skill, plugin or hook besides those on the code disk (%d places looked at)",
	SkillsFine:      "%d skills, plugins and hooks are byte for byte as you accepted them",
	SkillPolicy:     "setting about installing: %s is %s",
	ReviewHint:      "read what is named, remove what you do not want, and accept the rest with `clawarium harden`",

	FileAdded:      "%s, new since %s: %s",
	FileRemoved:    "%s, accepted on %s, is gone",
	FileChanged:    "%s, changed since %s: %s",
	FileUnreadable: "%s could not be compared: %s",
	Stock:          "as OpenClaw ships it: %s",
	Unchanged:      "%d settings and standing instructions are as you accepted them (last on %s)",
	NoBaseline:     "no baseline is kept yet, so there is nothing to compare %d files with",
	KeepHint:       "run `clawarium setup`; once everything is up it keeps a baseline (a record of what is there, to compare with)",

	Changes:       map[string]string{"added": "new", "removed": "gone", "changed": "changed"},
	Lines:         "%d lines, %d bytes",
	TreeSize:      "%d files, %d bytes, hash %s",
	ModeChange:    "mode %s → %s",
	NowUnreadable: "cannot be read any more (%s)",
	HiddenChange:  "%s: another value than before (neither is shown)",
	NotShown:      "changed in a part that is not shown",

	MemoryCount:     "%d memory files",
	MemoryNone:      "the agent has no memory files yet",
	MemorySince:     "changed since your review on %s: %s",
	MemoryUnchanged: "%d memory files are as you reviewed them on %s",

	YourWord:     "your word: %s",
	Confirmed:    "on %s you confirmed: %s",
	NotConfirmed: "not given yet; `clawarium confirm %s` asks for it: %s",
	Lapsed:       "your confirmation of %s has lapsed after %d days; `clawarium confirm %s` asks for it again: %s",
	ConfirmHint:  "run `clawarium confirm` and answer what it asks",
	Questions: map[string]string{
		"K2":  "This is not a computer of your employer's that its rules keep OpenClaw off, and OpenClaw runs nowhere else on it.",
		"K4":  "Your router forwards no port to this computer for OpenClaw, neither by a rule of yours nor by UPnP (by which programs open ports themselves).",
		"K5":  "Nobody reaches this computer from elsewhere, or only through a VPN that asks for a second factor.",
		"K7":  "Everybody who is paired with the agent or named in its allow lists is you or someone you authorised.",
		"K12": "You gave no program of OpenClaw's the right to see your screen, to type, or to control other programs.",
		"K14": "You read every skill, plugin and hook before you accepted it, and took them from sources that you trust.",
		"K17": "You gave the agent no identity papers, bank data, passwords or seed phrases, in files or in messages.",
		"K19": "You accepted every change of settings and standing instructions yourself, and none because the agent asked you to.",
		"K20": "You went through what the agent may do in your own accounts (mail, calendar, shops), and what cannot be undone asks you first.",
		"K22": "A copy of the backup is kept somewhere else than on this computer.",
		"K24": "This computer installs its security updates by itself, or you do it every week.",
		"K25": "The keys that the agent held are revoked, and nothing of it is billed any more.",
		"K27": "The agent uses accounts of its own with a second factor and a spending limit, and you read what it remembers.",
	},

	CannotKeep:          "there is nothing that could be kept as the baseline: %s",
	CannotKeepHint:      "start the machine with `clawarium start`, and try again when `clawarium check` can look inside",
	NothingToAccept:     "%q is neither in the machine nor in the baseline",
	NothingToAcceptHint: "give paths as `clawarium check` prints them",
	BaselineKept:        "A baseline of %d settings and standing instructions is kept in %s; `clawarium check` says what changes.",
	BadBaseline:         "the baseline %q cannot be read",
	BadBaselineHint:     "put back a copy of it from the directory baselines beside it, or remove it and run `clawarium setup` to keep a new one",
	BadPromises:         "the record of what you confirmed, %q, cannot be read",
	BadPromisesHint:     "remove it and run `clawarium confirm` again",
}

var zhChecksKept = ChecksKept{
	SecretsName:  "敏感信息的搜索",
	KeyNamesName: "网关的环境变量",
	ModesName:    "OpenClaw 文件的权限位",
	SkillsName:   "技能、插件和钩子",
	KeptName:     "设置和常驻指令",
	MemoryName:   "智能体的记忆",
	BaselineName: "基线",
	PromisesName: "你的确认记录",

	LeftOut:  "没有查看：%s（%s）",
	LeftMore: "没有查看：另有 %d 处",
	EndedBy:  "查看%s时提前结束：%s",
	Whys: map[string]string{
		"depth": "层级太深", "size": "超过读取的大小", "files": "文件太多", "outside": "在智能体主目录之外",
		"link": "是链接", "include": "引用了其他文件", "not JSON": "不是 JSON", "not a regular file": "不是普通文件",
		"ENOENT": "不存在", "ENOTDIR": "是链接或不是目录", "ELOOP": "是链接", "EACCES": "不可读取",
		"bytes": "超过读取的字节数", "time": "限定的时间已到",
	},
	Limits:    map[string]string{"files": "文件太多", "bytes": "字节太多", "time": "限定的时间已到"},
	TooMany:   "另有 %d 项没有列出",
	BadMasked: "（不显示）",

	SecretFound: "%s 第 %d 行：%s %s",
	SecretPlain: "%s 第 %d 行：%s",
	SecretName:  "%s：文件名含有%s",
	SecretMore:  "此类内容另有 %d 处",
	APIKey:      "API 密钥（%s）",
	SeedWords:   "钱包助记词，%s 个词",
	Secrets: map[string]string{
		"identity": "身份证号", "card": "银行卡号", "private-key": "私钥",
		"seed": "钱包助记词", "bearer": "访问令牌",
	},
	ScanClean:    "%d 个文件（%d KiB）中没有密钥和隐私数据，位于 %s",
	ScanAside:    "没有查看内容：%d 个非文本文件，%d 个软件包或 git 自己的目录",
	KeyInClear:   "网关进程的环境变量里有明文密钥：%s",
	KeyNamesFine: "网关进程的 %d 个环境变量都不含密钥",
	LooseMode:    "属主以外的账户也能使用 %s：权限位 %s",
	LooseMore:    "属主以外的账户还能使用另外 %d 项",
	ModesFine:    "OpenClaw 的 %d 个文件和目录只归属主使用（0600、0700）",

	Things:          map[string]string{"skill": "技能", "plugin": "插件", "hook": "钩子", "memory": "记忆"},
	SkillUnknown:    "未知的%s，自 %s 以来新增：%s（%s）",
	SkillChanged:    "%s在你于 %s 接受之后有改动：%s（%s）",
	SkillRemoved:    "%s（你于 %s 接受）已不在：%s",
	SkillPartial:    "%s %s 无法完整读取（%s），无法知道它是否与你接受时一样",
	SkillUnreviewed: "%s尚未审阅：%s（%s）",
	SkillsNone:      "除代码盘自带的以外没有技能、插件或钩子（查看了 %d 处）",
	SkillsFine:      "%d 个技能、插件和钩子与你接受时逐字节一致",
	SkillPolicy:     "与安装有关的设置：%s 为 %s",
	ReviewHint:      "读一遍列出的内容，删去不要的，其余用 `clawarium harden` 接受",

	FileAdded:      "%s，自 %s 以来新增：%s",
	FileRemoved:    "%s（于 %s 接受）已不在",
	FileChanged:    "%s，自 %s 以来有改动：%s",
	FileUnreadable: "%s 无法比对：%s",
	Stock:          "与 OpenClaw 自带的一致：%s",
	Unchanged:      "%d 项设置和常驻指令与你接受时一致（最近一次 %s）",
	NoBaseline:     "还没有保存基线，%d 个文件没有可比对的对象",
	KeepHint:       "运行 `clawarium setup`；一切就绪后它会保存基线（现状的记录，供以后比对）",

	Changes:       map[string]string{"added": "新增", "removed": "已不在", "changed": "有改动"},
	Lines:         "%d 行，%d 字节",
	TreeSize:      "%d 个文件，%d 字节，哈希 %s",
	ModeChange:    "权限位 %s → %s",
	NowUnreadable: "已无法读取（%s）",
	HiddenChange:  "%s：值与之前不同（两者都不显示）",
	NotShown:      "改动在没有显示的部分",

	MemoryCount:     "%d 个记忆文件",
	MemoryNone:      "智能体还没有记忆文件",
	MemorySince:     "自你于 %s 审阅以来有改动：%s",
	MemoryUnchanged: "%d 个记忆文件与你于 %s 审阅时一致",

	YourWord:     "你的确认：%s",
	Confirmed:    "你于 %s 确认：%s",
	NotConfirmed: "尚未给出；`clawarium confirm %s` 会询问：%s",
	Lapsed:       "你于 %s 的确认已过 %d 天，不再有效；`clawarium confirm %s` 会再次询问：%s",
	ConfirmHint:  "运行 `clawarium confirm` 并回答它的问题",
	Questions: map[string]string{
		"K2":  "这不是单位规定不得运行 OpenClaw 的电脑，并且 OpenClaw 没有在这台电脑的别处运行。",
		"K4":  "你的路由器没有为 OpenClaw 把端口转发到这台电脑，无论是你设的规则还是 UPnP（程序自行开放端口的机制）。",
		"K5":  "没有人从别处访问这台电脑，或者只能经由需要第二重验证的 VPN。",
		"K7":  "与智能体配对的人和允许名单里的人，都是你自己或你授权的人。",
		"K12": "你没有授权 OpenClaw 的任何程序查看屏幕、模拟输入或控制其他程序。",
		"K14": "每个技能、插件和钩子在接受之前你都读过，来源是你信任的。",
		"K17": "你没有通过文件或消息把身份证件、银行资料、密码或助记词交给智能体。",
		"K19": "设置和常驻指令的每处改动都是你自己接受的，不是应智能体的要求。",
		"K20": "你逐项看过智能体在你的账户（邮箱、日历、商店）里能做什么，无法撤销的操作会先问你。",
		"K22": "备份另有一份保存在这台电脑以外的地方。",
		"K24": "这台电脑会自动安装安全更新，或者你每周自己安装。",
		"K25": "智能体持有过的密钥都已吊销，与它有关的费用都已停止。",
		"K27": "智能体使用自己的账户，带有第二重验证和消费上限，并且你读过它记住的内容。",
	},

	CannotKeep:          "没有可以保存为基线的内容：%s",
	CannotKeepHint:      "用 `clawarium start` 启动虚拟机，等 `clawarium check` 能查看内部后再试",
	NothingToAccept:     "%q 既不在虚拟机里，也不在基线里",
	NothingToAcceptHint: "请按 `clawarium check` 显示的路径填写",
	BaselineKept:        "%d 项设置和常驻指令的基线已保存在 %s；`clawarium check` 会指出以后的改动。",
	BadBaseline:         "无法读取基线 %q",
	BadBaselineHint:     "请从旁边的 baselines 目录放回一份，或删除它再用 `clawarium setup` 保存新的",
	BadPromises:         "无法读取你的确认记录 %q",
	BadPromisesHint:     "删除它，再运行 `clawarium confirm`",
}
