package text

// Screen is what every page of the screen shares: its frame, its keys, the
// questions and how they are asked. What a page says besides is in its own area.
type Screen struct {
	Name     string // of the program, at the top left
	PageOf   string // page of pages
	TooSmall string // columns and rows that are needed, that there are
	Closing  string // while what runs comes to a stop
	Working  string // while something is looked at
	Problem  string // heads what is wrong
	Hint     string // heads what to do
	Yes, No  string
	Empty    string // an answer that is empty
	Default  string // marks what is suggested

	// Names of keys, and what they do, for the last line.
	Keys ScreenKeys

	// HelpTitle heads the page of help, HelpKeys the keys in it.
	HelpTitle, HelpKeys, HelpMore string

	// Leaving before anything is made.
	Leave, LeaveAbout, LeaveYes, LeaveNo string

	Titles  map[string]string // by page
	Help    map[string]string // by page: what it is about
	Label   map[string]string // by plan key: the question in a few words
	About   map[string]string // by plan key: one or two sentences that help to answer
	Choice  map[string]string // by plan key=value: the answer in words
	Meaning map[string]string // by plan key=value: what it leads to; may be missing
}

// ScreenKeys are keys and what they do.
type ScreenKeys struct {
	_ incomparable

	Enter, Esc, Tab, ShiftTab, Arrows, Space, CtrlC, F1 string // how keys are called

	Next, Back, Help, Close, Quit, Choose, Move, Field, Open, Toggle, Scroll string // what they do
}

var enScreen = Screen{
	Name:     "clawarium",
	PageOf:   "%d of %d",
	TooSmall: "This needs a window of %d columns and %d rows; there are %d and %d. Make it larger, or run clawarium --line.",
	Closing:  "Coming to a stop …",
	Working:  "Looking …",
	Problem:  "Not possible:",
	Hint:     "Try:",
	Yes:      "yes", No: "no",
	Empty:   "(empty)",
	Default: "suggested",
	Keys: ScreenKeys{
		Enter: "enter", Esc: "esc", Tab: "tab", ShiftTab: "shift+tab", Arrows: "↑↓", Space: "space", CtrlC: "ctrl+c", F1: "F1",
		Next: "next", Back: "back", Help: "help", Close: "close", Quit: "quit", Choose: "choose", Move: "move",
		Field: "next question", Open: "open", Toggle: "tick", Scroll: "scroll",
	},
	HelpTitle: "Help: %s", HelpKeys: "Keys on this page",
	HelpMore: "F1 closes this page. Nothing is made before you say so on the review page.",
	Leave:    "Leave?", LeaveAbout: "Nothing was made. Your answers are forgotten unless you save the plan on the review page.",
	LeaveYes: "leave", LeaveNo: "stay",
	Titles: map[string]string{
		"welcome": "Welcome", "computer": "This computer", "size": "Size and name", "sources": "Where things come from",
		"account": "Account and data", "network": "Network", "key": "Model key", "rights": "What the agent may do",
		"promises": "Your promises", "review": "Review", "progress": "Making the machine", "results": "Self-check",
		"next": "What next", "dashboard": "Your machine", "harden": "Re-hardening",
	},
	Help: map[string]string{
		"computer":  "What stops you has to be mended before a machine can be made; what is worth knowing does not. Press enter on a line to read why it matters and what to type. Where clawarium can do it for you it says so, shows every command first, and runs nothing before your yes; what asks for your password has the terminal to itself. Then it looks again.",
		"size":      "The machine is a computer inside this one. It uses the memory while it runs; its disks grow as they are written to. You can set up a second machine with another name.",
		"sources":   "The base system is Debian 13. It is verified before it is used, wherever it comes from; a mirror is never trusted. OpenClaw comes from the npm registry, each package held against the lockfile that ships with clawarium.",
		"account":   "In the machine, OpenClaw runs as an account that is no administrator and cannot log in. What it must keep lies on a disk of its own, which outlives the system.",
		"network":   "The machine's network card reaches nothing. What the agent needs from outside passes through one door that this computer opens and watches. The names that it refuses are kept: `clawarium allow` lists them and lets one through, for an hour or for good. All of this can be changed later.",
		"dashboard": "How your machine is, and what can be done with it. Nothing is changed by looking. What changes something says so and asks first; removing the machine wants its name. “Way out” lists the names that the machine wanted to reach and was refused; you can allow one for an hour or for good, or never hear of it again.",
		"harden":    "It compares the machine with how it was made, with the plan, and with your baseline: the record of what you accepted. For each difference you choose to repair it, to accept it as your new baseline where that is yours to say, or to leave it. Nothing is chosen for you. After a repair everything is looked at again, and if anything is worse than before, all of it is taken back.",
		"rights":    "You can change this later. The stricter choice costs convenience and limits what a manipulated agent can do.",
		"results":   "Each line is one control: something the guidance asks for, and how it stands. ✓ met: it was looked at and holds. ✗ not met: something is wrong. ? not checked: it could not be looked at, which never means that it holds. ◆ attested: it rests on your word. – not applicable. The five are counted side by side; there is no score. Press enter on a line to see what was seen and what to do.",
	},
	Label: map[string]string{
		"language": "Language", "name": "Name of the machine", "connection": "How libvirt is used",
		"machine.cpus": "Processors", "machine.memory": "Memory", "machine.systemDisk": "System disk, at most",
		"machine.dataDisk": "Data disk, at most", "machine.acceleration": "Acceleration", "machine.clock": "The machine's clock",
		"image.source": "Base system", "image.file": "Image file", "image.sha512": "SHA-512 of the file", "image.mirrors": "Mirrors",
		"openclaw.version": "OpenClaw version", "openclaw.lockfile": "Lockfile", "openclaw.registry": "npm registry",
		"openclaw.preset": "What the agent may do", "openclaw.provider": "Model provider",
		"network.level": "What may get out", "network.channels": "Channels", "network.allow": "Other hosts",
		"network.modelServer": "Your model server", "network.subnet": "Isolated network", "network.sshPort": "SSH port",
		"network.proxy": "Proxy for downloads", "network.ca": "Extra certificates",
	},
	About: map[string]string{
		"language":             "Of everything that clawarium says.",
		"name":                 "Lower-case letters, digits and hyphens.",
		"connection":           "Through the system's libvirt the machine runs under an account of its own; through yours (session) it needs no rights on this computer.",
		"machine.cpus":         "A whole number.",
		"machine.memory":       "As in 4GiB. OpenClaw's gateway holds 0.8 GB; 2GiB is the least.",
		"machine.systemDisk":   "As in 20GiB. Can be made again at any time.",
		"machine.dataDisk":     "As in 20GiB. Holds what the agent keeps; it survives updates and repairs.",
		"machine.acceleration": "With KVM the processor helps; emulation is some 8 times slower.",
		"machine.clock":        "The slow clock keeps OpenClaw's time limits true under emulation.",
		"image.source":         "Debian 13, verified.",
		"image.file":           "Absolute path of a qcow2 or raw image.",
		"image.sha512":         "128 hexadecimal digits; empty: the file is taken as it is.",
		"image.mirrors":        "Addresses, separated by blanks; empty: the publisher's.",
		"openclaw.version":     "As in the lockfile.",
		"openclaw.lockfile":    "Absolute path of an npm lockfile; empty: the one that ships with clawarium.",
		"openclaw.registry":    "Address; empty: the one this computer is set to.",
		"openclaw.preset":      "Chosen by what happens when the agent is tricked.",
		"openclaw.provider":    "Whose model the agent talks to. Its key is asked for on the next page and is in no file of the plan.",
		"network.level":        "Private addresses are refused at every level.",
		"network.channels":     "By which you talk to the agent. This opens the way; the channel itself is set up in OpenClaw.",
		"network.allow":        "As in example.org *.example.org example.org:8443, with blanks between.",
		"network.modelServer":  "In your own network, as in 192.168.1.20:11434: the one private address that is let through.",
		"network.subnet":       "auto, or a private range such as 10.20.30.0/29.",
		"network.sshPort":      "On 127.0.0.1; 0 takes a free one.",
		"network.proxy":        "Address without a password; empty: the environment's.",
		"network.ca":           "Absolute path of a PEM file; empty: none.",
	},
	Choice: map[string]string{
		"language=auto": "as the terminal says", "language=en": "English", "language=zh": "简体中文",
		"connection=auto": "decide here", "connection=system": "the system's", "connection=session": "mine (session)",
		"machine.acceleration=auto": "KVM if it works", "machine.acceleration=kvm": "KVM", "machine.acceleration=emulation": "emulation",
		"machine.clock=auto": "decide here", "machine.clock=steady": "steady", "machine.clock=slow": "slow",
		"image.source=auto": "official, else built here", "image.source=official": "official image", "image.source=build": "built here",
		"image.source=file":        "a file of mine",
		"openclaw.preset=cautious": "Cautious", "openclaw.preset=workspace": "Workspace", "openclaw.preset=full": "Full",
		"openclaw.provider=none": "none yet", "openclaw.provider=anthropic": "Anthropic", "openclaw.provider=openai": "OpenAI",
		"openclaw.provider=deepseek": "DeepSeek", "openclaw.provider=moonshot": "Moonshot (Kimi)", "openclaw.provider=moonshot-cn": "Moonshot (Kimi) in China",
		"openclaw.provider=zai": "Zhipu (Z.ai)", "openclaw.provider=zai-cn": "Zhipu (BigModel) in China",
		"openclaw.provider=qwen": "Alibaba Cloud (Qwen)", "openclaw.provider=qwen-cn": "Alibaba Bailian (Qwen) in China", "openclaw.provider=google": "Google", "openclaw.provider=openrouter": "OpenRouter",
		"network.level=allowlist": "named hosts only", "network.level=internet": "any public host", "network.level=offline": "nothing",
		"network.channels=telegram": "Telegram", "network.channels=slack": "Slack", "network.channels=discord": "Discord",
		"network.channels=whatsapp": "WhatsApp", "network.channels=feishu": "Feishu / Lark", "network.channels=dingtalk": "DingTalk",
		"network.channels=wecom": "WeCom",
	},
	Meaning: map[string]string{
		"openclaw.preset=cautious":  "It reads and answers messages. It writes no files and runs no commands.",
		"openclaw.preset=workspace": "It works on files in its own folder. Every command waits for your yes.",
		"openclaw.preset=full":      "It runs commands in its machine. Risky ones still wait for your yes.",
		"image.source=auto":         "Downloads Debian's own image; builds one from signed packages where that cannot be had.",
		"image.source=build":        "From signed packages of this computer's own package sources; takes a few minutes.",
		"network.level=allowlist":   "The model provider, updates, channels and what you name.",
		"network.level=internet":    "The agent can send what it knows anywhere public.",
		"network.level=offline":     "The agent works on what it has; it cannot reach a model either.",
	},
}

var zhScreen = Screen{
	Name:     "clawarium",
	PageOf:   "第 %d 页，共 %d 页",
	TooSmall: "窗口至少需要 %d 列、%d 行，现在是 %d 列、%d 行。请放大窗口，或运行 clawarium --line。",
	Closing:  "正在停下……",
	Working:  "正在查看……",
	Problem:  "无法这样做：",
	Hint:     "可以：",
	Yes:      "是", No: "否",
	Empty:   "（空）",
	Default: "推荐",
	Keys: ScreenKeys{
		Enter: "回车", Esc: "esc", Tab: "tab", ShiftTab: "shift+tab", Arrows: "↑↓", Space: "空格", CtrlC: "ctrl+c", F1: "F1",
		Next: "下一步", Back: "返回", Help: "帮助", Close: "关闭", Quit: "退出", Choose: "选择", Move: "移动",
		Field: "下一个问题", Open: "打开", Toggle: "勾选", Scroll: "滚动",
	},
	HelpTitle: "帮助：%s", HelpKeys: "本页的按键",
	HelpMore: "按 F1 关闭本页。在“核对”页确认之前，不会创建任何东西。",
	Leave:    "要离开吗？", LeaveAbout: "还没有创建任何东西。除非在“核对”页保存方案，否则你的回答不会保留。",
	LeaveYes: "离开", LeaveNo: "留下",
	Titles: map[string]string{
		"welcome": "欢迎", "computer": "这台电脑", "size": "大小与名称", "sources": "来源",
		"account": "账户与数据", "network": "网络", "key": "模型密钥", "rights": "智能体可以做什么",
		"promises": "你的承诺", "review": "核对", "progress": "正在创建虚拟机", "results": "自检",
		"next": "接下来", "dashboard": "你的虚拟机", "harden": "重新加固",
	},
	Help: map[string]string{
		"computer":  "“使你无法继续的”必须先解决，才能创建虚拟机；“值得知道的”不必。在一行上按回车，可以看到为什么重要、该输入什么。clawarium 能替你做的会注明：先列出每一条命令，得到你的同意之前什么都不运行；要询问密码时，终端由它使用。之后会再看一次。",
		"size":      "虚拟机是这台电脑里的另一台电脑。运行时占用内存，磁盘随写入增长。换一个名称可以再建一台。",
		"sources":   "基础系统是 Debian 13，无论来自哪里，使用前都会验证；镜像站从不被信任。OpenClaw 来自 npm 仓库，每个包都与随 clawarium 发布的锁文件核对。",
		"account":   "在虚拟机里，OpenClaw 以一个不是管理员、也不能登录的账户运行。它要保留的内容在单独的磁盘上，不随系统一起消失。",
		"network":   "虚拟机的网卡什么也到达不了。智能体需要的外部访问只经过一道门，由这台电脑打开并看守。被拒绝的名称会记下来：`clawarium allow` 列出它们，可放行其中一个，一小时或一直。这些以后都可以更改。",
		"dashboard": "你的虚拟机现在怎样，可以对它做什么。只是查看不会改变任何东西；会改变东西的都会说明并先询问；删除虚拟机需要输入它的名称。“出口”列出虚拟机想访问而被拒绝的名称；可以允许一小时、一直允许，或不再提起。",
		"harden":    "把虚拟机与创建时的样子、与方案、与你的基线（你认可过的内容的记录）比较。对每处不同，你可以选择修复，在可由你决定时认可为新基线，或保持不动。不会替你选择任何一项。修复之后会再次查看一切，若有任何一项比之前更差，就全部撤回。",
		"rights":    "以后可以更改。选得越严格，越不方便，被操纵的智能体能做的也越少。",
		"results":   "每行是一个控制项：指南要求的一件事，以及它现在怎样。✓ 满足：看过，成立。✗ 不满足：有问题。? 未检查：没能查看，这绝不表示它成立。◆ 由你确认：取决于你的确认。– 不适用。五种结论分别计数，没有总分。在一行上按回车，看到了什么、该怎么办都在里面。",
	},
	Label: map[string]string{
		"language": "语言", "name": "虚拟机的名称", "connection": "libvirt 的使用方式",
		"machine.cpus": "处理器", "machine.memory": "内存", "machine.systemDisk": "系统盘上限",
		"machine.dataDisk": "数据盘上限", "machine.acceleration": "加速", "machine.clock": "虚拟机的时钟",
		"image.source": "基础系统", "image.file": "镜像文件", "image.sha512": "文件的 SHA-512", "image.mirrors": "镜像站",
		"openclaw.version": "OpenClaw 版本", "openclaw.lockfile": "锁文件", "openclaw.registry": "npm 仓库",
		"openclaw.preset": "智能体可以做什么", "openclaw.provider": "模型提供商",
		"network.level": "允许哪些出站访问", "network.channels": "消息渠道", "network.allow": "其他主机",
		"network.modelServer": "你的模型服务器", "network.subnet": "隔离网络", "network.sshPort": "SSH 端口",
		"network.proxy": "下载用的代理", "network.ca": "额外的证书",
	},
	About: map[string]string{
		"language":             "clawarium 所有文字的语言。",
		"name":                 "小写字母、数字和连字符。",
		"connection":           "用系统的 libvirt 时，虚拟机以单独的账户运行；用你自己的（session）时，不需要这台电脑的任何权限。",
		"machine.cpus":         "一个整数。",
		"machine.memory":       "例如 4GiB。OpenClaw 的网关占 0.8 GB；最少 2GiB。",
		"machine.systemDisk":   "例如 20GiB。随时可以重建。",
		"machine.dataDisk":     "例如 20GiB。保存智能体要保留的内容，更新和修复都不影响它。",
		"machine.acceleration": "KVM 由处理器协助；纯模拟大约慢 8 倍。",
		"machine.clock":        "慢时钟让 OpenClaw 的时限在模拟时仍然成立。",
		"image.source":         "Debian 13，经过验证。",
		"image.file":           "qcow2 或 raw 镜像的绝对路径。",
		"image.sha512":         "128 位十六进制数字；留空则按文件原样使用。",
		"image.mirrors":        "用空格分隔的地址；留空则用发布者的。",
		"openclaw.version":     "与锁文件一致。",
		"openclaw.lockfile":    "npm 锁文件的绝对路径；留空则用随 clawarium 发布的。",
		"openclaw.registry":    "地址；留空则用这台电脑设置的。",
		"openclaw.preset":      "按智能体被骗时会发生什么来选择。",
		"openclaw.provider":    "智能体使用谁的模型。密钥在下一页询问，不会写入方案文件。",
		"network.level":        "无论哪一级，私有地址和这台电脑自己的地址都被拒绝。",
		"network.channels":     "你通过它们与智能体对话。这里只是放行，渠道本身在 OpenClaw 里设置。",
		"network.allow":        "例如 example.org *.example.org example.org:8443，用空格隔开。",
		"network.modelServer":  "在你自己的网络里，例如 192.168.1.20:11434：唯一放行的私有地址。",
		"network.subnet":       "auto，或一段私有地址，例如 10.20.30.0/29。",
		"network.sshPort":      "在 127.0.0.1 上；0 表示取一个空闲端口。",
		"network.proxy":        "不含密码的地址；留空则用环境变量的。",
		"network.ca":           "PEM 文件的绝对路径；留空则没有。",
	},
	Choice: map[string]string{
		"language=auto": "跟随终端", "language=en": "English", "language=zh": "简体中文",
		"connection=auto": "自动决定", "connection=system": "系统的", "connection=session": "我自己的（session）",
		"machine.acceleration=auto": "能用 KVM 就用", "machine.acceleration=kvm": "KVM", "machine.acceleration=emulation": "纯模拟",
		"machine.clock=auto": "自动决定", "machine.clock=steady": "正常", "machine.clock=slow": "慢速",
		"image.source=auto": "官方镜像，否则在此构建", "image.source=official": "官方镜像", "image.source=build": "在此构建",
		"image.source=file":        "我的文件",
		"openclaw.preset=cautious": "谨慎", "openclaw.preset=workspace": "工作区", "openclaw.preset=full": "完全",
		"openclaw.provider=none": "暂不选择", "openclaw.provider=anthropic": "Anthropic", "openclaw.provider=openai": "OpenAI",
		"openclaw.provider=deepseek": "DeepSeek", "openclaw.provider=moonshot": "月之暗面（Kimi）国际站", "openclaw.provider=moonshot-cn": "月之暗面（Kimi）中国站",
		"openclaw.provider=zai": "智谱（Z.ai）国际站", "openclaw.provider=zai-cn": "智谱（BigModel）中国站",
		"openclaw.provider=qwen": "阿里云百炼（Qwen）国际站", "openclaw.provider=qwen-cn": "阿里云百炼（Qwen）中国站", "openclaw.provider=google": "Google", "openclaw.provider=openrouter": "OpenRouter",
		"network.level=allowlist": "只有列出的主机", "network.level=internet": "任何公网主机", "network.level=offline": "全部禁止",
		"network.channels=telegram": "Telegram", "network.channels=slack": "Slack", "network.channels=discord": "Discord",
		"network.channels=whatsapp": "WhatsApp", "network.channels=feishu": "飞书 / Lark", "network.channels=dingtalk": "钉钉",
		"network.channels=wecom": "企业微信",
	},
	Meaning: map[string]string{
		"openclaw.preset=cautious":  "它阅读并回复消息，不写文件，也不执行命令。",
		"openclaw.preset=workspace": "它处理自己文件夹里的文件，每条命令都等你同意。",
		"openclaw.preset=full":      "它在虚拟机里执行命令，高风险的仍然等你同意。",
		"image.source=auto":         "下载 Debian 的官方镜像；下载不到时用签名的软件包构建。",
		"image.source=build":        "用这台电脑软件源里签名的软件包构建，需要几分钟。",
		"network.level=allowlist":   "模型提供商、更新、渠道，以及你列出的主机。",
		"network.level=internet":    "智能体可以把它知道的内容发往任何公网地址。",
		"network.level=offline":     "智能体只使用已有的内容，也连不上模型。",
	},
}
