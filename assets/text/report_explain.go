package text

// What `check --explain` says of each control: what is looked at, and what would
// turn it to not met, in plain words.

var enExplained = map[string]Explained{
	"K1": {
		Looked: "libvirt's definition of the machine, as it runs and as it will start next time: every device against a list of known ones. The account and the arguments of the machine's process.",
		Red:    "a folder, a USB device or memory of this computer is handed in; the confinement of the process is switched off; the process runs as root",
	},
	"K2": {
		Looked: "known places of OpenClaw on this computer: in the homes, among programs and services, and what runs now.",
		Red:    "~/.openclaw/openclaw.json exists on this computer",
	},
	"K3": {
		Looked: "connections from this computer to the gateway's ports in the machine; the forwards of the machine's process; the setting gateway.bind; every program in the machine that listens; the gateway's ports at the machine's own card, tried from inside.",
		Red:    "gateway.bind is lan; a program in the machine listens on all addresses",
	},
	"K4": {
		Looked: "the card and the network in libvirt's definitions; this computer's packet rules; the programs that lead to the machine, and the ports that they open.",
		Red:    "a rule sends a port of this computer on to the machine; its card sits on your network directly",
	},
	"K5": {
		Looked: "the SSH settings in force, for each account; the keys that may log in; running programs that open tunnels.",
		Red:    "SSH accepts a password; root may log in; frpc, ngrok or cloudflared runs",
	},
	"K6": {
		Looked: "kind, length and variety of the gateway's token, never the token; its hash beside those of your other machines; settings that switch a protection off.",
		Red:    "the token is 123456; it was copied from another machine; a protection is switched off",
	},
	"K7": {
		Looked: "for every chat channel and account that is switched on, who may write to the agent; how many people are paired. Policies and counts, nobody's name.",
		Red:    "a channel's dmPolicy is open; its allow list holds *",
	},
	"K8": {
		Looked: "the agent's account: groups, password, sudo. What the kernel says of each process of the gateway: user, capabilities, system call filter.",
		Red:    "the account is in the docker group; the service runs as root; a process holds a capability (a part of root's power)",
	},
	"K9": {
		Looked: "the keys that the machine has, beside those that may log in to this computer; computers paired with the gateway; addresses of another's libvirt or docker; attempts from inside to reach this computer.",
		Red:    "a key made in the machine may log in to this computer; this computer is paired as a device that runs commands",
	},
	"K10": {
		Looked: "the sandbox settings of the service, and attempts to write, made as the agent in the service's own view of the files.",
		Red:    "ReadWritePaths is /; an attempt outside its folders succeeds",
	},
	"K11": {
		Looked: "how libvirt attaches the code disk; whether it is read-only in the machine; attempts to write to it, and to the inbox.",
		Red:    "the disk is attached without read-only; an attempt to write succeeds",
	},
	"K12": {
		Looked: "libvirt's definitions: screen, sound, keyboard and other input devices, and the console; the same on the command line of the machine's process.",
		Red:    "a VNC screen is offered, on 0.0.0.0 above all; an input device of this computer is handed in",
	},
	"K13": {
		Looked: "network, filter and card in libvirt's definitions, beside what was made; the rules that are in force on the card; the warden's policy, beside your plan; attempts to get out, made from inside.",
		Red:    "a drop rule is deleted; rules hold for IPv4 alone; there is a second card; the network forwards by NAT; the warden lets through a host that your plan does not name; an attempt got out",
	},
	"K14": {
		Looked: "skills, plugins and hooks from outside the code disk, byte by byte, beside the list that you accepted, which is kept on this computer.",
		Red:    "one byte in a SKILL.md changed; there is a skill that you never accepted",
	},
	"K15": {
		Looked: "digests of image and code disk, computed anew from all bytes; the disks that the machine really reads; the manifest of the code disk.",
		Red:    "one byte of the image or of the code disk changed; the machine reads another disk",
	},
	"K16": {
		Looked: "the version of OpenClaw that is installed and the one that runs, beside the oldest that is safe and the newest that is known.",
		Red:    "the version is older than the fixes that matter; an old process still runs after an update",
	},
	"K17": {
		Looked: "names of the gateway's environment variables; who may read its files; the agent's folders for identity numbers, cards, keys and seed phrases. Values are never shown or kept.",
		Red:    "a private key, a card number or a seed phrase lies in the workspace; an API key is in the environment; others may read the settings",
	},
	"K18": {
		Looked: "a mark put into the machine's journal and looked for in this computer's own copy; whether the journal is kept, and whether the agent can change it; the same in the warden's record.",
		Red:    "nothing arrives on this computer any more; the agent can change the log",
	},
	"K19": {
		Looked: "hashes of settings, units and standing instructions, beside those that you accepted, which are kept on this computer.",
		Red:    "a name was added to allowFrom; a line was added to HEARTBEAT.md",
	},
	"K20": {
		Looked: "the tools and the rules for running commands that are in force, beside the preset in your plan; standing approvals; with --audit, OpenClaw's own security audit.",
		Red:    "commands run without asking",
	},
	"K21": {
		Looked: "whether libvirt's definitions let the machine follow a request to stop; how its last stop went, from the record that `clawarium stop` keeps.",
		Red:    "at its last stop the machine did not follow and had to be cut off",
	},
	"K22": {
		Looked: "age of the newest backup on this computer, and whether it still has every byte. That it can be restored is only shown by doing it.",
		Red:    "the backup is cut short, changed or too old",
	},
	"K23": {
		Looked: "the timers that install updates, apt's settings and lists, and the kernel that runs; apt's proxy.",
		Red:    "the timer is switched off; security updates wait",
	},
	"K24": {
		Looked: "what the kernel says of this computer's processor; AppArmor or SELinux, versions, disk encryption and firewall, which are told and not judged.",
		Red:    "the kernel calls a weakness of the processor \"Vulnerable\"",
	},
	"K25": {
		Looked: "after removal: libvirt objects, volumes and files of ours. While the machine exists there is nothing to say.",
		Red:    "a volume of a removed machine is still there",
	},
	"K26": {
		Looked: "the model addresses in OpenClaw's settings, beside those that OpenClaw documents for the provider; the warden's rules for providers.",
		Red:    "the address is that of a relay",
	},
	"K27": {
		Looked: "your word on the agent's accounts and on what it remembers, with its date; what the machine says of the memory files helps you to give it.",
		Red:    "your confirmation is older than 90 days",
	},
}

var zhExplained = map[string]Explained{
	"K1": {
		Looked: "libvirt 对这台虚拟机的定义（运行中的和下次启动的）：每个设备都与已知清单比对；虚拟机进程的账户和参数。",
		Red:    "本机的目录、USB 设备或内存被递进虚拟机；进程的限制被关闭；进程以 root 运行",
	},
	"K2": {
		Looked: "本机上 OpenClaw 的常见位置：各用户的家目录、程序、服务，以及现在运行的进程。",
		Red:    "本机上有 ~/.openclaw/openclaw.json",
	},
	"K3": {
		Looked: "从本机连接虚拟机内网关端口的结果；虚拟机进程的转发；gateway.bind 设置；虚拟机内所有监听的程序；从内部连接虚拟机自己网卡上网关端口的尝试。",
		Red:    "gateway.bind 为 lan；虚拟机内有程序监听所有地址",
	},
	"K4": {
		Looked: "libvirt 定义里的网卡和网络；本机的包过滤规则；通向虚拟机的程序及其打开的端口。",
		Red:    "有规则把本机端口转到虚拟机；网卡直接接在你的网络上",
	},
	"K5": {
		Looked: "对每个账户生效的 SSH 设置；可以登录的密钥；正在运行的隧道程序。",
		Red:    "SSH 接受口令；root 可以登录；frpc、ngrok 或 cloudflared 在运行",
	},
	"K6": {
		Looked: "网关令牌的种类、长度和变化程度（绝不看令牌本身）；它的哈希与你其他虚拟机的比对；关闭防护的设置。",
		Red:    "令牌是 123456；令牌复制自另一台虚拟机；有防护被关闭",
	},
	"K7": {
		Looked: "对每个启用的聊天渠道和账户：谁可以给智能体写信，配对了多少人。只看策略和数目，不看姓名。",
		Red:    "某渠道的 dmPolicy 为 open；允许名单里有 *",
	},
	"K8": {
		Looked: "智能体的账户：组、口令、sudo；内核对网关每个进程的说明：用户、特权能力、系统调用过滤。",
		Red:    "账户属于 docker 组；服务以 root 运行；某进程持有特权能力（root 权力的一部分）",
	},
	"K9": {
		Looked: "虚拟机里的密钥，与可以登录本机的密钥比对；与网关配对的电脑；指向别处 libvirt 或 docker 的地址；从内部连接本机的尝试。",
		Red:    "虚拟机里生成的密钥可以登录本机；本机被配对成可执行命令的设备",
	},
	"K10": {
		Looked: "服务的沙箱设置，以及以智能体身份、在服务自己的文件视图里做的写入尝试。",
		Red:    "ReadWritePaths 为 /；在自己目录之外写入成功",
	},
	"K11": {
		Looked: "libvirt 如何挂接代码盘；它在虚拟机内是否只读；对它和收件目录的写入尝试。",
		Red:    "代码盘挂接时没有只读；写入成功",
	},
	"K12": {
		Looked: "libvirt 定义里的屏幕、声音、键盘等输入设备和控制台；以及虚拟机进程命令行里的同样内容。",
		Red:    "提供了 VNC 屏幕，尤其在 0.0.0.0 上；本机的输入设备被递进虚拟机",
	},
	"K13": {
		Looked: "libvirt 定义里的网络、过滤规则和网卡，与当初创建的比对；网卡上生效的规则；看守进程的策略，与你的方案比对；从虚拟机内部逃出的尝试。",
		Red:    "丢弃规则被删除；规则只管 IPv4；有第二块网卡；网络以 NAT 转发；看守进程放行了方案没有列出的主机；有逃出尝试成功",
	},
	"K14": {
		Looked: "代码盘以外的技能、插件和钩子，逐字节与你接受过、保存在本机的清单比对。",
		Red:    "某个 SKILL.md 改了一个字节；有你从未接受的技能",
	},
	"K15": {
		Looked: "镜像和代码盘的摘要，每次从全部字节重新计算；虚拟机真正读取的磁盘；代码盘的清单。",
		Red:    "镜像或代码盘改了一个字节；虚拟机读取的是另一块磁盘",
	},
	"K16": {
		Looked: "已安装的和正在运行的 OpenClaw 版本，与安全的最低版本和已知的最新版本比对。",
		Red:    "版本早于重要的修复；更新后旧进程仍在运行",
	},
	"K17": {
		Looked: "网关环境变量的名字；谁能读它的文件；智能体目录里的身份证号、银行卡号、密钥和助记词。值绝不显示也不保存。",
		Red:    "工作目录里有私钥、卡号或助记词；环境变量里有 API 密钥；别人能读设置",
	},
	"K18": {
		Looked: "在虚拟机日志里写下记号，再到本机自己的副本里找；日志是否留存，智能体能否更改；看守进程的记录中也同样查找。",
		Red:    "没有传到本机；智能体能改日志",
	},
	"K19": {
		Looked: "设置、服务单元和常驻指令的哈希，与你接受过、保存在本机的比对。",
		Red:    "allowFrom 多了一个名字；HEARTBEAT.md 多了一行",
	},
	"K20": {
		Looked: "生效的工具和命令执行规则，与方案中的预设比对；长期批准；加 --audit 时还有 OpenClaw 自带的安全审计。",
		Red:    "命令不经询问就执行",
	},
	"K21": {
		Looked: "libvirt 定义是否让虚拟机听从关机请求；`clawarium stop` 留下的上次停机记录。",
		Red:    "上次停机时虚拟机没有听从，只能强制断电",
	},
	"K22": {
		Looked: "本机最新备份的时间，以及它的每个字节是否还在。能否恢复，只有恢复一次才知道。",
		Red:    "备份被截断、被改动或太旧",
	},
	"K23": {
		Looked: "安装更新的定时器、apt 的设置和清单，以及正在运行的内核；apt 的代理。",
		Red:    "定时器被关闭；安全更新在等待",
	},
	"K24": {
		Looked: "内核对本机处理器漏洞的说明；AppArmor 或 SELinux、版本、磁盘加密和防火墙只报告，不评判。",
		Red:    "内核把某个处理器漏洞标为“Vulnerable”",
	},
	"K25": {
		Looked: "删除之后：我们的 libvirt 对象、存储卷和文件。虚拟机还在时无可判断。",
		Red:    "已删除虚拟机的存储卷还在",
	},
	"K26": {
		Looked: "OpenClaw 设置里的模型地址，与 OpenClaw 文档为该提供商列出的地址比对；看守进程为提供商设的规则。",
		Red:    "地址属于中转站",
	},
	"K27": {
		Looked: "你对智能体账户和记忆的确认及其日期；虚拟机自报的记忆文件情况可供你确认时参考。",
		Red:    "你的确认已超过 90 天",
	},
}
