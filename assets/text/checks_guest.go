package text

// ChecksGuest is what is said about policies, versions, logs and patches in the guest: GuestMore in package checks.
type ChecksGuest struct {
	_ incomparable

	// Names of what is looked at.
	TalkName          string
	VersionName       string
	PinnedName        string
	ConsoleName       string
	JournalName       string
	ToolsName         string
	PresetName        string
	AuditName         string
	PatchesName       string
	EndpointsName     string
	Unset             string
	Auditing          string
	FlagAudit         string
	AuditNeedsMachine string

	// K7
	OpenPolicy      string
	AnyoneListed    string
	AnyonePaired    string
	AutoApprove     string
	AutoApproveNets string
	NoChannel       string
	ChannelsFine    string
	PairingFine     string

	// K16
	OtherInstalled    string
	InstalledFine     string
	NotRunningVersion string
	OldProcess        string
	OtherRunning      string
	RunningFine       string
	Stray             string
	BelowFloor        string
	AboveFloor        string
	NewerShipped      string
	NewerKnown        string
	NewestUnknown     string
	NewestFine        string
	NoOrder           string

	// K18
	NoLogFile         string
	NoLogUntilRestart string
	NoLogNext         string
	LogUnreadable     string
	MarkerFound       string
	MarkerMissing     string
	NothingSent       string
	JournalRefuses    string
	JournalOff        string
	JournalVolatile   string
	JournalOpen       string
	JournalFine       string

	// K20
	ProfileIs      string
	ExecIs         string
	ExecOpen       string
	ExecOnNode     string
	SafeBins       string
	ElevatedOn     string
	FilesOutside   string
	DenyLacks      string
	ToolGiven      string
	FallbackFull   string
	SkillsUnasked  string
	ToolsFine      string
	AlwaysAllowed  string
	AuditCritical  string
	AuditCriticals string
	AuditFine      string
	AuditStale     string
	AuditNever     string
	AuditProbe     string

	// K23
	UpgradesThere   string
	NoUpgrades      string
	TimerIs         string
	TimerFine       string
	PeriodicIs      string
	Pending         string
	NonePending     string
	NoLists         string
	NoSecurityLists string
	OldLists        string
	KernelFine      string
	OtherKernel     string
	NoKernelFile    string
	RebootWanted    string

	// K26
	EndpointsDefault   string
	EndpointFine       string
	EndpointLocal      string
	EndpointRelay      string
	EndpointPlain      string
	EndpointUnreadable string
}

var enChecksGuest = ChecksGuest{

	// Names of what is looked at.
	TalkName:          "who may talk to the agent",
	VersionName:       "versions of OpenClaw and Node",
	PinnedName:        "the version that was pinned",
	ConsoleName:       "the record of the machine's console on this computer",
	JournalName:       "the machine's journal (its log)",
	ToolsName:         "what the agent may use",
	PresetName:        "the preset of the plan",
	AuditName:         "OpenClaw's own security audit",
	PatchesName:       "the state of the machine's updates",
	EndpointsName:     "addresses of model providers",
	Unset:             "not set",
	Auditing:          "running OpenClaw's own security audit in the machine; under emulation this takes minutes",
	FlagAudit:         "have OpenClaw audit itself too, which takes a minute or more; the result is kept and shown by later checks",
	AuditNeedsMachine: "saved evidence has the audit that was known then; leave `--audit` out",

	// K7
	OpenPolicy:      "%s is %q: anyone can talk to the agent",
	AnyoneListed:    "%s has `*`, which is anyone",
	AnyonePaired:    "the list of paired people of channel %s has `*`, which is anyone",
	AutoApprove:     "gateway.nodes.pairing.%s is %s: devices are paired without being asked about",
	AutoApproveNets: "gateway.nodes.pairing.autoApproveCidrs names %d networks whose devices are paired without being asked about",
	NoChannel:       "no channel is switched on, so nobody can write to the agent but through the gateway",
	ChannelsFine:    "channels %s: none open to anyone; %d entries in allow lists, %d people paired",
	PairingFine:     "no device is paired without a yes of yours; %d paired devices may operate the gateway",

	// K16
	OtherInstalled:    "the code disk has OpenClaw %s with Node %s, pinned are %s and %s",
	InstalledFine:     "the code disk has OpenClaw %s with Node %s, as pinned",
	NotRunningVersion: "the gateway has no process, so what runs cannot be seen",
	OldProcess:        "gateway process %d was not started from the code disk that is mounted now: an old version may still run",
	OtherRunning:      "gateway process %d runs OpenClaw %s with Node %s, installed are %s and %s",
	RunningFine:       "gateway process %d runs OpenClaw %s from that disk",
	Stray:             "process %d runs OpenClaw from elsewhere: %s",
	BelowFloor:        "OpenClaw %s is older than %s, which closed a published hole",
	AboveFloor:        "OpenClaw %s is not older than %s, the last release known to close a published hole",
	NewerShipped:      "OpenClaw %s is older than %s, which this clawarium brings",
	NewerKnown:        "OpenClaw %s is older than %s, of which it knows itself",
	NewestUnknown:     "newest version not checked: nobody was asked for it, or it did not answer",
	NewestFine:        "the newest version that it knows of is %s",
	NoOrder:           "%s and %s cannot be compared as versions",

	// K18
	NoLogFile:         "libvirt writes the machine's console to no file: what the agent does is not recorded outside the machine",
	NoLogUntilRestart: "libvirt writes the machine's console to a file only from the next start on: restart the machine",
	NoLogNext:         "from the next start on libvirt writes the machine's console to no file",
	LogUnreadable:     "%s cannot be read by this account (run `clawarium check` as root for this one): %s",
	MarkerFound:       "a marker put into the machine's journal arrived in %s on this computer",
	MarkerMissing:     "a marker put into the machine's journal did not arrive in %s: what the agent does is not recorded outside the machine",
	NothingSent:       "no marker is in %s, and the machine did not say whether it sent one",
	JournalRefuses:    "the journal did not take a marker: %s",
	JournalOff:        "systemd-journald is %q and %q",
	JournalVolatile:   "the journal is kept in memory alone and is lost at a restart",
	JournalOpen:       "the agent can change %s",
	JournalFine:       "the journal is kept on disk; the agent can change none of %d files and directories of it",

	// K20
	ProfileIs:      "%s.profile is %s, the preset gives %s",
	ExecIs:         "%s: commands are %q and asked about %q, the preset says %q and %q",
	ExecOpen:       "%s: any command runs without being asked about (security full, ask off)",
	ExecOnNode:     "%s: commands run on another computer (exec.host is node)",
	SafeBins:       "%s: %d programs run without being asked about (exec.safeBins)",
	ElevatedOn:     "%s.elevated.enabled is %s: commands can leave their confinement",
	FilesOutside:   "%s is not true: file tools reach beyond the workspace",
	DenyLacks:      "tools.deny lacks %s, which the preset %q has",
	ToolGiven:      "%s gives the agent %s, which the preset does not",
	FallbackFull:   "exec approvals, %s: a question that nobody answers counts as a yes (askFallback full)",
	SkillsUnasked:  "exec approvals, %s: programs of skills run without being asked about (autoAllowSkills)",
	ToolsFine:      "preset %q: profile %s, commands %q, asked about %q; %d places looked at, none gives more",
	AlwaysAllowed:  "you allowed %d commands once and for all",
	AuditCritical:  "OpenClaw's own audit finds it critical: %s",
	AuditCriticals: "OpenClaw's own audit finds %d things critical",
	AuditFine:      "OpenClaw's own audit finds nothing critical, %d warnings and %d notes; it is %s old",
	AuditStale:     "OpenClaw's own audit was run %s ago, on another configuration: `clawarium check --audit` runs it anew",
	AuditNever:     "OpenClaw's own audit was not run yet: `clawarium check --audit` does so; it takes a minute or more",
	AuditProbe:     "its gateway.probe_failed means only that the audit is not paired with the gateway; the gateway is asked by the other checks",

	// K23
	UpgradesThere:   "unattended-upgrades, which installs security updates, is there",
	NoUpgrades:      "unattended-upgrades is not installed: nobody installs security updates",
	TimerIs:         "%s is %s, %s and %s: updates are not looked for",
	TimerFine:       "%s is enabled and waiting",
	PeriodicIs:      "apt's setting APT::Periodic::%s is %s: updates are not made",
	Pending:         "%d security updates are not installed: %s",
	NonePending:     "no security update is missing by %d package lists, read %d days ago",
	NoLists:         "whether security updates are missing is not known: the machine has read no package lists yet: nothing came through its way out",
	NoSecurityLists: "whether security updates are missing is not known: none of %d package lists is of the security archive",
	OldLists:        "whether security updates are missing is not known: the package lists are %d days old",
	KernelFine:      "the newest installed kernel runs: %s",
	OtherKernel:     "kernel %s runs, installed is %s: restart the machine",
	NoKernelFile:    "which kernels are installed could not be seen in /boot",
	RebootWanted:    "an installed update takes effect only after a restart of the machine",

	// K26
	EndpointsDefault:   "no address is changed: the agent talks to its provider at the provider's own (plan: %s)",
	EndpointFine:       "%s is %s, which is %s's own",
	EndpointLocal:      "%s is %s, a model on the machine itself",
	EndpointRelay:      "%s is %s, which is not an address of %q's own: whoever is there reads everything",
	EndpointPlain:      "%s is %s, which is not encrypted (https)",
	EndpointUnreadable: "%s holds an address that cannot be read",
}

var zhChecksGuest = ChecksGuest{

	// Names of what is looked at.
	TalkName:          "谁可以与智能体对话",
	VersionName:       "OpenClaw 和 Node 的版本",
	PinnedName:        "固定的版本",
	ConsoleName:       "本机上虚拟机控制台的记录",
	JournalName:       "虚拟机的日志（journal）",
	ToolsName:         "智能体可以使用什么",
	PresetName:        "方案中的预设",
	AuditName:         "OpenClaw 自带的安全审计",
	PatchesName:       "虚拟机的更新状态",
	EndpointsName:     "模型服务商的地址",
	Unset:             "未设置",
	Auditing:          "正在虚拟机中运行 OpenClaw 自带的安全审计；在模拟模式下需要几分钟",
	FlagAudit:         "同时让 OpenClaw 审计自身，需要一分钟或更久；结果会保留并在以后的检查中显示",
	AuditNeedsMachine: "保存的证据中已有当时的审计；请去掉 `--audit`",

	// K7
	OpenPolicy:      "%s 为 %q：任何人都可以与智能体对话",
	AnyoneListed:    "%s 含有 `*`，即任何人",
	AnyonePaired:    "渠道 %s 的已配对名单含有 `*`，即任何人",
	AutoApprove:     "gateway.nodes.pairing.%s 为 %s：设备无需询问即可配对",
	AutoApproveNets: "gateway.nodes.pairing.autoApproveCidrs 列出了 %d 个网段，其中的设备无需询问即可配对",
	NoChannel:       "没有启用任何渠道，因此除了通过网关，没有人能给智能体写消息",
	ChannelsFine:    "渠道 %s：没有对任何人开放；允许名单有 %d 项，已配对 %d 人",
	PairingFine:     "没有设备会在未经你同意时配对；%d 个已配对的设备可以操作网关",

	// K16
	OtherInstalled:    "代码盘上是 OpenClaw %s 与 Node %s，固定的是 %s 与 %s",
	InstalledFine:     "代码盘上是 OpenClaw %s 与 Node %s，与固定的一致",
	NotRunningVersion: "网关没有进程，因此看不到正在运行的版本",
	OldProcess:        "网关进程 %d 不是从现在挂载的代码盘启动的：旧版本可能仍在运行",
	OtherRunning:      "网关进程 %d 运行的是 OpenClaw %s 与 Node %s，安装的是 %s 与 %s",
	RunningFine:       "网关进程 %d 从该盘运行 OpenClaw %s",
	Stray:             "进程 %d 从别处运行 OpenClaw：%s",
	BelowFloor:        "OpenClaw %s 早于 %s，后者修复了一个已公开的漏洞",
	AboveFloor:        "OpenClaw %s 不早于 %s，即已知最近一个修复公开漏洞的版本",
	NewerShipped:      "OpenClaw %s 早于本版 clawarium 带来的 %s",
	NewerKnown:        "OpenClaw %s 早于它自己已得知的 %s",
	NewestUnknown:     "未检查最新版本：没有询问，或没有得到回答",
	NewestFine:        "它所知的最新版本是 %s",
	NoOrder:           "%s 与 %s 无法作为版本比较",

	// K18
	NoLogFile:         "libvirt 没有把虚拟机的控制台写入文件：智能体的行为没有记录在虚拟机之外",
	NoLogUntilRestart: "libvirt 要到下次启动才会把虚拟机的控制台写入文件：请重启虚拟机",
	NoLogNext:         "从下次启动起，libvirt 不再把虚拟机的控制台写入文件",
	LogUnreadable:     "此账户无法读取 %s（这一项请以 root 运行 `clawarium check`）：%s",
	MarkerFound:       "放入虚拟机日志的标记已到达本机的 %s",
	MarkerMissing:     "放入虚拟机日志的标记没有到达 %s：智能体的行为没有记录在虚拟机之外",
	NothingSent:       "%s 中没有标记，虚拟机也没有说明是否发送过",
	JournalRefuses:    "日志没有接收标记：%s",
	JournalOff:        "systemd-journald 为 %q、%q",
	JournalVolatile:   "日志只保存在内存中，重启后丢失",
	JournalOpen:       "智能体可以更改 %s",
	JournalFine:       "日志保存在磁盘上；智能体无法更改其中 %d 个文件和目录中的任何一个",

	// K20
	ProfileIs:      "%s.profile 为 %s，预设为 %s",
	ExecIs:         "%s：命令为 %q、询问为 %q，预设为 %q、%q",
	ExecOpen:       "%s：任何命令都会不经询问直接运行（security full、ask off）",
	ExecOnNode:     "%s：命令在另一台计算机上运行（exec.host 为 node）",
	SafeBins:       "%s：%d 个程序不经询问直接运行（exec.safeBins）",
	ElevatedOn:     "%s.elevated.enabled 为 %s：命令可以脱离约束",
	FilesOutside:   "%s 不为 true：文件工具可以越出工作目录",
	DenyLacks:      "tools.deny 缺少 %s，预设 %q 中有",
	ToolGiven:      "%s 给了智能体 %s，预设没有给",
	FallbackFull:   "exec 批准，%s：无人回答的询问视为同意（askFallback full）",
	SkillsUnasked:  "exec 批准，%s：技能的程序不经询问直接运行（autoAllowSkills）",
	ToolsFine:      "预设 %q：配置档 %s，命令 %q，询问 %q；查看了 %d 处，没有一处给得更多",
	AlwaysAllowed:  "你已一次性允许 %d 条命令",
	AuditCritical:  "OpenClaw 自带的审计认为严重：%s",
	AuditCriticals: "OpenClaw 自带的审计认为有 %d 项严重",
	AuditFine:      "OpenClaw 自带的审计没有发现严重问题，有 %d 条警告和 %d 条提示；结果已有 %s",
	AuditStale:     "OpenClaw 自带的审计是 %s 前对另一份配置运行的：`clawarium check --audit` 可重新运行",
	AuditNever:     "尚未运行 OpenClaw 自带的审计：`clawarium check --audit` 会运行，需要一分钟或更久",
	AuditProbe:     "其中的 gateway.probe_failed 只表示审计没有与网关配对；网关由其他检查询问",

	// K23
	UpgradesThere:   "负责安装安全更新的 unattended-upgrades 已安装",
	NoUpgrades:      "没有安装 unattended-upgrades：没有程序会安装安全更新",
	TimerIs:         "%s 为 %s、%s、%s：不会查找更新",
	TimerFine:       "%s 已启用并在等待",
	PeriodicIs:      "apt 的设置 APT::Periodic::%s 为 %s：不会进行更新",
	Pending:         "有 %d 个安全更新没有安装：%s",
	NonePending:     "按 %d 份 %d 天前读取的软件包列表，没有缺少安全更新",
	NoLists:         "不知道是否缺少安全更新：虚拟机尚未读取任何软件包列表：还没有内容经它的出口到达",
	NoSecurityLists: "不知道是否缺少安全更新：%d 份软件包列表中没有安全仓库的",
	OldLists:        "不知道是否缺少安全更新：软件包列表已有 %d 天",
	KernelFine:      "正在运行已安装的最新内核：%s",
	OtherKernel:     "正在运行内核 %s，已安装的是 %s：请重启虚拟机",
	NoKernelFile:    "在 /boot 中看不到安装了哪些内核",
	RebootWanted:    "已安装的更新要重启虚拟机后才生效",

	// K26
	EndpointsDefault:   "没有更改地址：智能体使用服务商自己的地址（方案：%s）",
	EndpointFine:       "%s 为 %s，是 %s 自己的地址",
	EndpointLocal:      "%s 为 %s，是虚拟机内的模型",
	EndpointRelay:      "%s 为 %s，不是 %q 自己的地址：对方能读到一切",
	EndpointPlain:      "%s 为 %s，没有加密（https）",
	EndpointUnreadable: "%s 中的地址无法识别",
}
