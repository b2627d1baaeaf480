package text

// Pages is what is said on the pages before anything is made.
type Pages struct {
	Language string // of these strings, by its code
	More     string // how many lines are above and below what is shown, with arrows
	Field    string // how a question's name stands in a sentence

	Welcome  WelcomePage
	Computer ComputerPage
	Form     FormPage
	Key      KeyPage
	Promises PromisesPage
	Review   ReviewPage
}

// WelcomePage is the first page.
type WelcomePage struct {
	_ incomparable

	About, Existing               string
	Makes                         string
	Machine, Account, Directories string
	Time                          string
	Guidance                      string
	Recommended, Choose, Leave    string
	RecommendedAbout, ChooseAbout string
	LeaveAbout                    string
	Languages, English, Chinese   string
	SwitchKey, Switch             string
}

// FormPage is any page of questions.
type FormPage struct {
	Lead map[string]string // by page: above the questions

	AllKey, All, Few string // the switch for what is seldom asked
	ToReview         string
	NoKeyPage        string

	// The accounts and directories in the machine.
	Agent, Keeper                                            string
	Home, State, Workspace, Inbox, Outbox, Backups, Code, Of string
}

// KeyPage asks for the model's key.
type KeyPage struct {
	_ incomparable

	Ask                string
	Lives, Never, Lost string
	None, Given        string
	Wrong, WrongHint   string
	ClearKey, Clear    string
	Later              string
}

// PromisesPage asks what only the owner can know.
type PromisesPage struct {
	_ incomparable

	About, Optional, Given, Mark string
}

// ReviewPage is the last page before anything is made.
type ReviewPage struct {
	_ incomparable

	About, Existing, Deciding, Failed, Again string
	Caveats, Steps                           string
	Time, Download, Disk                     string
	Key, NoKey                               string
	Promises                                 string
	Problems, Mend, MendOn                   string
	Make, GoOn, MakeAbout, Read              string
	PlanKey, Plan, PlanTitle                 string
	DetailKey, Detail, DetailTitle           string
	SaveKey, Save, SaveTitle, SaveAsk        string
	SaveAbout, Saved, Saving                 string
	Summary                                  string
	ComputerKey, Computer                    string // to the look at this computer

	// The plan is another than that of the machine that was begun.
	Changed               string // machine
	Change                string // question, old answer, new answer
	ChangedAbout          string
	UndoKey, UndoFirst    string
	OldKey, Old           string
	AskUndo, AskUndoAbout string // machine
	AskUndoNo             string
}

var enPages = Pages{
	Language: "en",
	More:     "%s more lines",
	Field:    "“%s”",

	Welcome: WelcomePage{
		About:            "This sets up OpenClaw, an AI agent, in a tank of its own: whatever it does, or is tricked into doing, stays inside.",
		Existing:         "The machine %q was begun already; this goes on with it.",
		Makes:            "What will be made, after you have seen it and said yes:",
		Machine:          "a virtual machine of its own; your files stay outside",
		Account:          "an account in it that is no administrator",
		Directories:      "safe directories, on a disk that outlives the system",
		Time:             "About 10 minutes, longer without the processor's help (KVM); about 4 GiB of disk.",
		Guidance:         "The official guidance of CNCERT and CSAC (China, March 2026) asks for this: a dedicated machine, no administrator rights, no private data, the newest official version.",
		Recommended:      "Recommended settings",
		Choose:           "Choose myself",
		Leave:            "Leave",
		RecommendedAbout: "straight to what will be made",
		ChooseAbout:      "page by page",
		LeaveAbout:       "nothing is made",
		Languages:        "Language",
		English:          "English", Chinese: "简体中文",
		SwitchKey: "l", Switch: "language",
	},
	Computer: enComputer,
	Form: FormPage{
		Lead: map[string]string{
			"size":    "A computer inside this one. What is suggested suits most people.",
			"sources": "Leave all of this as it is unless your network needs otherwise.",
			"account": "Made in the machine:",
			"network": "The machine's card reaches nothing. Only what you allow here gets out, by one door that this computer watches.",
			"rights":  "If a message or a web page tricks the agent, this is what it could do.",
		},
		AllKey: "ctrl+o", All: "everything", Few: "the usual",
		ToReview:  "to the review",
		NoKeyPage: "Without a provider there is no key to ask for: the next page is passed over.",
		Agent:     "runs OpenClaw; no password, no login, no administrator",
		Keeper:    "clawarium's, by SSH key; root itself is locked",
		Home:      "the agent's home, on the data disk",
		State:     "settings and sessions, its alone",
		Workspace: "where it works, its alone",
		Inbox:     "from you: it reads, cannot write",
		Outbox:    "for you: nothing in it can be run",
		Backups:   "out of its reach",
		Code:      "OpenClaw itself, read-only even for root",
		Of:        "account %s",
	},
	Key: KeyPage{
		Ask:       "Key of %s; not shown. Leave it empty to add it later.",
		Lives:     "It goes into the machine over SSH and stays there, where OpenClaw keeps it: in a file in clear, mode 0600, that no account but the agent's (and root) can read.",
		Never:     "It is never in the plan, the journal, a log or a report, and not on a disk of this computer outside the machine's own.",
		Lost:      "Use a key made for this machine alone, with a spending limit: then you can revoke it without losing others.",
		None:      "no key yet",
		Given:     "%d characters",
		Wrong:     "this is no key: it has blanks, line breaks or other characters that no key has, or more than %d of them (it is not shown)",
		WrongHint: "copy it again from the provider's page, the key alone",
		ClearKey:  "ctrl+u", Clear: "clear",
		Later: "Later: `clawarium setup` asks for it again.",
	},
	Promises: PromisesPage{
		About:    "Some things no program can see. Tick what is true; the self-check then says that it rests on your word.",
		Optional: "None is needed. A promise holds for %d days; `clawarium confirm` asks again, or for the first time.",
		Given:    "%d of %d",
		Mark:     "ticked",
	},
	Review: ReviewPage{
		About:    "Nothing has been made yet. This is what will be:",
		Existing: "The machine %q exists. This goes on with it: what is done is looked at, the rest is made.",
		Deciding: "Deciding what is left open: %s",
		Failed:   "What will be made could not be worked out.",
		Again:    "try again",
		Caveats:  "Good to know",
		Steps:    "%d steps, each of which can be undone",
		Time:     "time      about %s",
		Download: "download  about %s",
		Disk:     "disk      about %s",
		Key:      "key       for %s, given; goes into the machine only",
		NoKey:    "key       for %s, not given; can be added later",
		Promises: "promises  %d of %d",
		Problems: "Problems to mend first: %d",
		Mend:     "mend",
		MendOn:   "→ page “%s”",
		Make:     "Make it", GoOn: "Go on with it",
		MakeAbout: "press enter to begin",
		Read:      "one moment to read",
		PlanKey:   "p", Plan: "plan", PlanTitle: "The plan as a file",
		DetailKey: "d", Detail: "all details", DetailTitle: "Everything that will be made, word for word",
		SaveKey: "s", Save: "save", SaveTitle: "Save the plan",
		SaveAsk:   "To which file?",
		SaveAbout: "A file that exists is never written over. `clawarium setup --plan FILE` makes the same machine again. It holds no key.",
		Saved:     "The plan is saved in %q.",
		Saving:    "Saving …",
		Summary:   "summary",

		ComputerKey: "c", Computer: "look at this computer",
		Changed:      "The machine %q was begun with other answers:",
		Change:       "%s: %s, now %s",
		ChangedAbout: "What was made follows those. Take it back first and then make the machine with the new answers, or go on with the ones that it was begun with.",
		UndoKey:      "u", UndoFirst: "undo what was made",
		OldKey: "o", Old: "the answers it was begun with",
		AskUndo: "Undo what was made?", AskUndoAbout: "All that was made for the machine %q is removed, its data disk included. Your new answers stay.", AskUndoNo: "keep it",
	},
}

var zhPages = Pages{
	Language: "zh",
	More:     "%s 行",
	Field:    "“%s”",

	Welcome: WelcomePage{
		About:            "这里把 AI 智能体 OpenClaw 安置在它自己的“水族箱”里：无论它做什么，或被骗去做什么，都留在里面。",
		Existing:         "虚拟机 %q 已经开始创建，这次接着做。",
		Makes:            "给你看过并得到同意之后，才会创建：",
		Machine:          "一台专用的虚拟机，你的文件都在外面",
		Account:          "虚拟机里一个不是管理员的账户",
		Directories:      "安全的目录，放在独立于系统的磁盘上",
		Time:             "约 10 分钟，没有处理器协助（KVM）时更久；约占磁盘 4 GiB。",
		Guidance:         "国家互联网应急中心（CNCERT）与中国网络空间安全协会（CSAC）2026 年 3 月的指南要求：专用的机器，不用管理员权限，不放隐私数据，用最新的官方版本。",
		Recommended:      "推荐设置",
		Choose:           "自己选择",
		Leave:            "离开",
		RecommendedAbout: "直接核对将要创建的内容",
		ChooseAbout:      "逐页回答",
		LeaveAbout:       "什么也不创建",
		Languages:        "语言",
		English:          "English", Chinese: "简体中文",
		SwitchKey: "l", Switch: "语言",
	},
	Computer: zhComputer,
	Form: FormPage{
		Lead: map[string]string{
			"size":    "它是这台电脑里的另一台电脑。推荐的设置适合大多数人。",
			"sources": "除非你的网络另有要求，否则都保持原样即可。",
			"account": "在虚拟机里会创建：",
			"network": "虚拟机的网卡什么也到达不了。只有这里允许的才出得去，经过由这台电脑看守的一道门。",
			"rights":  "如果智能体被一条消息或一个网页骗了，它最多能做这些。",
		},
		AllKey: "ctrl+o", All: "全部设置", Few: "常用设置",
		ToReview:  "回到核对",
		NoKeyPage: "没有选择提供商，也就没有密钥要问：下一页会跳过。",
		Agent:     "运行 OpenClaw；没有密码，不能登录，不是管理员",
		Keeper:    "clawarium 用 SSH 密钥维护；root 本身已锁定",
		Home:      "智能体的主目录，在数据盘上",
		State:     "它的设置和会话，只有它能读",
		Workspace: "它工作的地方，只有它能读",
		Inbox:     "你给它的文件：能读，不能写",
		Outbox:    "它给你的文件：其中什么也不能执行",
		Backups:   "它够不到",
		Code:      "OpenClaw 本身，连 root 也只能读",
		Of:        "账户 %s",
	},
	Key: KeyPage{
		Ask:       "%s 的密钥。不显示；留空可以以后再加。",
		Lives:     "它经 SSH 进入虚拟机，留在 OpenClaw 保存它的地方：一个明文文件，权限 0600，除智能体的账户（和 root）外谁也不能读。",
		Never:     "它绝不出现在方案、流水记录、日志或报告里；除虚拟机自己的磁盘外，也不在这台电脑的任何磁盘上。",
		Lost:      "请用专为这台虚拟机创建、设有消费上限的密钥：这样可以单独吊销它。",
		None:      "还没有密钥",
		Given:     "%d 个字符",
		Wrong:     "这不是密钥：含有空格、换行或密钥不会有的字符，或者超过 %d 个字符（内容不显示）",
		WrongHint: "请从提供商的页面重新复制，只复制密钥本身",
		ClearKey:  "ctrl+u", Clear: "清空",
		Later: "以后：`clawarium setup` 会再次询问。",
	},
	Promises: PromisesPage{
		About:    "有些事任何程序都看不到。请勾选属实的；自检会注明它以你的话为准。",
		Optional: "一项也不是必须的。承诺有效 %d 天；`clawarium confirm` 会再次询问，也可以以后再给。",
		Given:    "%d / %d 项",
		Mark:     "已勾选",
	},
	Review: ReviewPage{
		About:    "还没有创建任何东西。将要创建的是：",
		Existing: "虚拟机 %q 已经存在。这次接着做：已完成的会查看，其余的会创建。",
		Deciding: "正在决定尚未确定的部分：%s",
		Failed:   "无法得出将要创建的内容。",
		Again:    "再试一次",
		Caveats:  "请留意",
		Steps:    "共 %d 步，每一步都可以撤销",
		Time:     "用时    约 %s",
		Download: "下载    约 %s",
		Disk:     "磁盘    约 %s",
		Key:      "密钥    %s，已填写；只进入虚拟机",
		NoKey:    "密钥    %s，未填写；可以以后再加",
		Promises: "承诺    %d / %d 项",
		Problems: "需要先解决的问题：%d",
		Mend:     "去修改",
		MendOn:   "→ “%s”页",
		Make:     "开始创建", GoOn: "接着做",
		MakeAbout: "按回车开始",
		Read:      "请先看一眼",
		PlanKey:   "p", Plan: "方案", PlanTitle: "方案文件",
		DetailKey: "d", Detail: "全部细节", DetailTitle: "将要创建的全部内容，逐字列出",
		SaveKey: "s", Save: "保存", SaveTitle: "保存方案",
		SaveAsk:   "保存到哪个文件？",
		SaveAbout: "已有的文件绝不会被覆盖。`clawarium setup --plan 文件` 可以再建出同样的虚拟机。其中没有密钥。",
		Saved:     "方案已保存到 %q。",
		Saving:    "正在保存……",
		Summary:   "摘要",

		ComputerKey: "c", Computer: "查看这台电脑",
		Changed:      "虚拟机 %q 是按另外的回答开始创建的：",
		Change:       "%s：原来是 %s，现在是 %s",
		ChangedAbout: "已创建的是按那些回答做的。请先撤回，再按新的回答创建；或者按开始时的回答继续。",
		UndoKey:      "u", UndoFirst: "撤回已创建的",
		OldKey: "o", Old: "用开始时的回答",
		AskUndo: "要撤回已创建的吗？", AskUndoAbout: "为虚拟机 %q 创建的一切都会删除，数据盘也包括在内。新的回答会保留。", AskUndoNo: "保留",
	},
}
