package text

// Checks is what is said about what was looked at and what holds.
type Checks struct {

	// Why something could not be looked at.
	Looking            string
	ReportedByGuest    string
	CouldNotLook       string
	NotLookedAt        string
	AndMore            string
	Malformed          string
	NotJSON            string
	Empty              string
	TooLarge           string
	NoAnswer           string
	NoLibvirt          string
	NoGuest            string
	NoProc             string
	NoUUID             string
	NoProcess          string
	NoAddress          string
	NoManifest         string
	NoName             string
	NotAFile           string
	NothingToCompare   string
	NotCheckedHint     string
	EvidenceUnreadable string
	EvidenceTooLarge   string
	EvidenceFormat     string
	EvidenceHint       string

	// Names of what is looked at.
	LiveXML         string
	InactiveXML     string
	QemuProcess     string
	Config          string
	Listeners       string
	Connections     string
	ConnectTo       string
	Forwards        string
	SshdConfig      string
	AuthorizedKeys  string
	Processes       string
	TokenName       string
	TokenHash       string
	AccountName     string
	SudoRights      string
	GatewayProcess  string
	UnitName        string
	Canaries        string
	CodeMount       string
	CachedImage     string
	BaseVolume      string
	CachedCode      string
	CodeVolume      string
	ManifestName    string
	ImageSourceName string

	// K1
	NotADomain     string
	OtherDomain    string
	NotRunning     string
	NothingLent    string
	Lends          string
	UnknownDevice  string
	ForeignDisk    string
	Clipboard      string
	FileTransfer   string
	SeclabelNone   string
	RelabelNo      string
	ForeignElement string
	ForeignArgs    string
	QemuLends      string
	QemuRoot       string
	QemuFine       string
	Unconfined     string

	// K3
	BindIs         string
	ListensOutside string
	NoSshdListener string
	ListenersFine  string
	Answered       string
	OtherCard      string
	ForwardFine    string
	ForwardWrong   string

	// K5
	SshdSays     string
	SshdSilent   string
	SshdFine     string
	TailscaleIs  string
	KeysOfOthers string
	NoKeeperKey  string
	KeysFine     string
	TunnelRuns   string
	NoTunnel     string

	// K6
	ModeIs         string
	NoToken        string
	TokenWeak      string
	TokenStrong    string
	TokenCloned    string
	TokenOwn       string
	InsecureFlag   string
	NoInsecureFlag string

	// K8
	SudoNone        string
	SudoSome        string
	NoGateway       string
	AccountRoot     string
	AccountGroups   string
	AccountUnlocked string
	AccountShell    string
	AccountFine     string
	ProcessUID      string
	ProcessGID      string
	ProcessCaps     string
	ProcessNNP      string
	ProcessSeccomp  string
	ProcessFine     string

	// K10
	UnitNotLoaded       string
	UnitSays            string
	UnitWrites          string
	UnitFine            string
	CanaryWritten       string
	CanaryUnsealed      string
	CanaryOther         string
	CanaryMissing       string
	CanaryHeld          string
	CanaryInside        string
	CanaryRefusedInside string

	// K11
	NoCodeDisk        string
	CodeWritable      string
	CodeReadOnly      string
	CodeMountWritable string
	CodeMountRW       string
	CodeMountOther    string
	CodeMountFine     string

	// K15
	DigestDiffers  string
	DigestFine     string
	CacheGone      string
	VolumeGone     string
	ManifestFine   string
	ManifestOther  string
	OtherVolume    string
	VolumeAttached string
	NoSystemDisk   string
	ImageSource    string
	ImageUnvouched string

	// The report.
	Heading       string
	When          string
	Versions      string
	PlanHash      string
	Unknown       string
	WhyLabel      string
	DoLabel       string
	StepsLabel    string
	AnswersLabel  string
	HeaderLine    string
	Labelled      string
	ListSeparator string
	Stop          string
	CountLine     string
	AllHold       string
	SomeNotMet    string
	NotEnough     string
	NotInVersion  string
	GuestNote     string

	// By checks.Status, and by where the base image came from.
	Status  map[string]string
	Sources map[string]string

	// The catalogue's words, by the IDs of assets/controls.
	Host   ChecksHost
	Guest  ChecksGuest
	Kept   ChecksKept
	Drills ChecksDrills

	Controls  map[string]Control
	Clauses   map[string]string
	Documents map[string]string
	Incidents map[string]string
}

var enChecks = Checks{

	Looking:            "looking at host, libvirt and guest",
	ReportedByGuest:    "reported by the guest: %s",
	CouldNotLook:       "could not look at %s: %s",
	NotLookedAt:        "not looked at",
	AndMore:            "and %d more",
	Malformed:          "the answer has not the expected form",
	NotJSON:            "the answer is not JSON",
	Empty:              "the answer is empty",
	TooLarge:           "the answer is larger than %d bytes",
	NoAnswer:           "no answer within %s",
	NoLibvirt:          "no connection to libvirt",
	NoGuest:            "no connection to the guest",
	NoProc:             "this system has no /proc to look in",
	NoUUID:             "the machine's UUID is not known",
	NoProcess:          "no process of this machine is running",
	NoAddress:          "%q is not an address",
	NoManifest:         "no manifest is known",
	NoName:             "its name is not known",
	NotAFile:           "%q is not a regular file",
	NothingToCompare:   "there is no digest to compare with",
	NotCheckedHint:     "run `clawarium status` to see whether the machine runs, then `clawarium check` again",
	EvidenceUnreadable: "saved evidence cannot be read",
	EvidenceTooLarge:   "saved evidence is larger than %d MiB",
	EvidenceFormat:     "saved evidence has format %d, this version reads %d",
	EvidenceHint:       "collect it anew with `clawarium check`",

	LiveXML:         "definition as it runs",
	InactiveXML:     "definition for the next start",
	QemuProcess:     "the machine's process",
	Config:          "OpenClaw's configuration",
	Listeners:       "list of listeners",
	Connections:     "connections to the guest",
	ConnectTo:       "connection to",
	Forwards:        "forwards of the network card",
	SshdConfig:      "effective SSH settings",
	AuthorizedKeys:  "authorised keys",
	Processes:       "list of processes",
	TokenName:       "the gateway's token",
	TokenHash:       "the token's hash",
	AccountName:     "the agent's account",
	SudoRights:      "sudo rights",
	GatewayProcess:  "gateway process",
	UnitName:        "properties of the gateway's unit",
	Canaries:        "attempts to write",
	CodeMount:       "the code disk's mount",
	CachedImage:     "base image in the cache",
	BaseVolume:      "base image of the machine",
	CachedCode:      "code disk in the cache",
	CodeVolume:      "code disk of the machine",
	ManifestName:    "the code disk's manifest",
	ImageSourceName: "where the base image came from",

	NotADomain:     "%s is not that of a domain",
	OtherDomain:    "%s has UUID %q, not %q",
	NotRunning:     "the machine is not running",
	NothingLent:    "%s: %d devices, no filesystem, hostdev, redirdev, shmem or clipboard; no foreign argument; seclabel in force",
	Lends:          "%s lends the guest something of the host: %s",
	UnknownDevice:  "%s has a device that this check does not know: %s",
	ForeignDisk:    "%s has a disk that is not ours: serial %q, %s",
	Clipboard:      "%s shares the clipboard",
	FileTransfer:   "%s allows file transfer",
	SeclabelNone:   "%s switches confinement off: seclabel type none, model %q",
	RelabelNo:      "%s keeps disks from being labelled: relabel no, model %q",
	ForeignElement: "%s has a QEMU extension that is not ours: %s",
	ForeignArgs:    "%s passes QEMU the arguments %q, ours are %q",
	QemuLends:      "process %d has %q on its command line",
	QemuRoot:       "process %d runs as root",
	QemuFine:       "process %d: uid %d, nothing lent on its command line; confinement: %s",
	Unconfined:     "none by AppArmor or SELinux",

	BindIs:         "gateway.bind is %q",
	ListensOutside: "%s (process %d) listens on %s %s port %d",
	NoSshdListener: "%d listeners, and sshd is not among them: not a true list",
	ListenersFine:  "besides sshd, %d listeners, none reachable from outside",
	Answered:       "connection from the host to %s port %d: %s",
	OtherCard:      "process %d has a network card of another kind: %s",
	ForwardFine:    "user-mode network, so the guest has no address to connect to; process %d forwards to SSH alone: %s",
	ForwardWrong:   "process %d forwards %s",

	SshdSays:     "sshd, for %s: %s is %q, wanted %q",
	SshdSilent:   "sshd, for %s: %s is not stated",
	SshdFine:     "sshd, for %s: keys only, no root",
	TailscaleIs:  "gateway.tailscale.mode is %q",
	KeysOfOthers: "account %s has %d authorised keys",
	NoKeeperKey:  "the keeper has no authorised key: not a true list",
	KeysFine:     "%d authorised key, of %s alone",
	TunnelRuns:   "%s runs as process %d: %s",
	NoTunnel:     "%d processes, no tunnel program among them",

	ModeIs:         "gateway.auth.mode is %q",
	NoToken:        "there is no token",
	TokenWeak:      "the token has %d characters, room for %d bytes, %d different ones; wanted are %d random bytes",
	TokenStrong:    "the token has %d characters, room for %d bytes",
	TokenCloned:    "the token is the same as that of machine %q",
	TokenOwn:       "the token differs from those of %d other machines",
	InsecureFlag:   "%s switches a protection off",
	NoInsecureFlag: "no setting switches a protection off",

	SudoNone:        "%s may not run sudo",
	SudoSome:        "%s may run commands by sudo",
	NoGateway:       "the gateway has no process (unit is %q), so its privileges cannot be seen",
	AccountRoot:     "account %s has uid %d",
	AccountGroups:   "account %s is in the groups %s",
	AccountUnlocked: "account %s has a password",
	AccountShell:    "account %s has the shell %q",
	AccountFine:     "account %s: uid %d, no further group, password locked, shell %s",
	ProcessUID:      "gateway process %d runs as uid %d, not as %s",
	ProcessGID:      "gateway process %d has group %d",
	ProcessCaps:     "gateway process %d holds capabilities: effective %s, permitted %s",
	ProcessNNP:      "gateway process %d can gain privileges: NoNewPrivs %d",
	ProcessSeccomp:  "gateway process %d has no system call filter: Seccomp %d",
	ProcessFine:     "gateway process %d (%s): uid %d, CapEff 0, NoNewPrivs %d, Seccomp %d",

	UnitNotLoaded:       "unit %s is %q",
	UnitSays:            "unit: %s is %q, wanted %q",
	UnitWrites:          "unit: ReadWritePaths opens %q",
	UnitFine:            "unit: ProtectSystem strict, writable %s",
	CanaryWritten:       "the agent could write to %s",
	CanaryUnsealed:      "%s is writable in the service's view; only its owner keeps the agent out",
	CanaryOther:         "attempt to write to %s ended in %s",
	CanaryMissing:       "no attempt was made to write to %s",
	CanaryHeld:          "attempts to write ended in %s: %s",
	CanaryInside:        "the agent can write to %s, as it should",
	CanaryRefusedInside: "the agent should be able to write to %s and cannot: %s",

	NoCodeDisk:        "%s has no disk with serial %s",
	CodeWritable:      "%s attaches the code disk writable",
	CodeReadOnly:      "%s attaches the code disk read-only",
	CodeMountWritable: "root in the guest could write to the code disk %s: file %s, device %s",
	CodeMountRW:       "the code disk %s is not read-only in the guest",
	CodeMountOther:    "attempts to write to the code disk %s ended in: file %s, device %s",
	CodeMountFine:     "even root cannot write to the code disk %s: file %s, device %s",

	DigestDiffers:  "%s, %s: its digest is %s, verified was %s",
	DigestFine:     "%s: digest %s of %d MiB as verified",
	CacheGone:      "%s is no longer there (%s); the machine does not need it",
	VolumeGone:     "%s is missing: %s",
	ManifestFine:   "the manifest names OpenClaw %s and Node %s",
	ManifestOther:  "the manifest is of another code disk: %s, not %s",
	OtherVolume:    "%s: disk %s reads %q, not %q",
	VolumeAttached: "%s reads %s",
	NoSystemDisk:   "%s has no disk with serial %s",
	ImageSource:    "base image: %s",
	ImageUnvouched: "the base image is a file of yours and the plan has no digest for it (image.sha512): nobody vouches for it",

	Heading:       "Self-check of %s",
	When:          "Looked at %s, in %s.",
	Versions:      "clawarium %s, OpenClaw %s, Node %s.",
	PlanHash:      "Plan %s.",
	Unknown:       "unknown",
	WhyLabel:      "Why",
	DoLabel:       "Do",
	StepsLabel:    "Repaired by",
	AnswersLabel:  "Answers",
	HeaderLine:    "%s %s %s",
	Labelled:      "%s: ",
	ListSeparator: ", ",
	Stop:          ".",
	CountLine:     "%d %s",
	AllHold:       "Every control that was looked at holds.",
	SomeNotMet:    "Something does not hold; what to do stands with it.",
	NotEnough:     "Nothing is known to be wrong, but not everything could be looked at.",
	NotInVersion:  "This version does not look at: %s.",
	GuestNote:     "What is reported by the guest is as trustworthy as the guest.",

	Status: map[string]string{
		"met":            "met",
		"not met":        "not met",
		"not checked":    "not checked",
		"attested":       "attested",
		"not applicable": "not applicable",
	},

	Sources: map[string]string{
		"official":  "the publisher's, pinned by clawarium",
		"publisher": "the publisher's current one, by the publisher's own list, not pinned",
		"build":     "built on this computer from signed Debian packages",
		"file":      "a file of yours, by the digest in your plan",
	},

	Host: enChecksHost, Guest: enChecksGuest, Kept: enChecksKept, Drills: enChecksDrills,
	Controls:  enControls,
	Clauses:   enClauses,
	Documents: enDocuments,
	Incidents: enIncidents,
}

var zhChecks = Checks{

	Looking:            "正在查看主机、libvirt 和虚拟机",
	ReportedByGuest:    "虚拟机自报：%s",
	CouldNotLook:       "无法查看%s：%s",
	NotLookedAt:        "没有查看",
	AndMore:            "另有 %d 项",
	Malformed:          "回答不是预期的形式",
	NotJSON:            "回答不是 JSON",
	Empty:              "回答为空",
	TooLarge:           "回答超过 %d 字节",
	NoAnswer:           "%s 内没有回答",
	NoLibvirt:          "没有 libvirt 连接",
	NoGuest:            "没有到虚拟机的连接",
	NoProc:             "本系统没有可查看的 /proc",
	NoUUID:             "不知道虚拟机的 UUID",
	NoProcess:          "没有这台虚拟机的进程在运行",
	NoAddress:          "%q 不是地址",
	NoManifest:         "没有已知的清单",
	NoName:             "不知道它的名称",
	NotAFile:           "%q 不是普通文件",
	NothingToCompare:   "没有可比对的摘要",
	NotCheckedHint:     "运行 `clawarium status` 看虚拟机是否在运行，然后再运行 `clawarium check`",
	EvidenceUnreadable: "无法读取保存的证据",
	EvidenceTooLarge:   "保存的证据超过 %d MiB",
	EvidenceFormat:     "保存的证据格式为 %d，本版本读取 %d",
	EvidenceHint:       "用 `clawarium check` 重新收集",

	LiveXML:         "运行中的定义",
	InactiveXML:     "下次启动的定义",
	QemuProcess:     "虚拟机进程",
	Config:          "OpenClaw 配置",
	Listeners:       "监听列表",
	Connections:     "到虚拟机的连接",
	ConnectTo:       "连接",
	Forwards:        "网卡的转发",
	SshdConfig:      "生效的 SSH 设置",
	AuthorizedKeys:  "授权密钥",
	Processes:       "进程列表",
	TokenName:       "网关令牌",
	TokenHash:       "令牌的哈希",
	AccountName:     "智能体账户",
	SudoRights:      "sudo 权限",
	GatewayProcess:  "网关进程",
	UnitName:        "网关单元的属性",
	Canaries:        "写入尝试",
	CodeMount:       "代码盘的挂载",
	CachedImage:     "缓存中的基础镜像",
	BaseVolume:      "虚拟机的基础镜像",
	CachedCode:      "缓存中的代码盘",
	CodeVolume:      "虚拟机的代码盘",
	ManifestName:    "代码盘清单",
	ImageSourceName: "基础镜像的来源",

	NotADomain:     "%s不是域的定义",
	OtherDomain:    "%s的 UUID 是 %q，不是 %q",
	NotRunning:     "虚拟机没有运行",
	NothingLent:    "%s：%d 个设备，没有 filesystem、hostdev、redirdev、shmem 或剪贴板；没有外来参数；seclabel 有效",
	Lends:          "%s把主机的东西交给了虚拟机：%s",
	UnknownDevice:  "%s含有本检查不认识的设备：%s",
	ForeignDisk:    "%s有一块不属于我们的磁盘：序列号 %q，%s",
	Clipboard:      "%s共享剪贴板",
	FileTransfer:   "%s允许传输文件",
	SeclabelNone:   "%s关闭了限制：seclabel 类型 none，模型 %q",
	RelabelNo:      "%s不给磁盘打标签：relabel no，模型 %q",
	ForeignElement: "%s含有不属于我们的 QEMU 扩展：%s",
	ForeignArgs:    "%s向 QEMU 传递参数 %q，我们的是 %q",
	QemuLends:      "进程 %d 的命令行含有 %q",
	QemuRoot:       "进程 %d 以 root 身份运行",
	QemuFine:       "进程 %d：uid %d，命令行没有出借任何东西；限制：%s",
	Unconfined:     "无 AppArmor 或 SELinux",

	BindIs:         "gateway.bind 为 %q",
	ListensOutside: "%s（进程 %d）监听 %s %s 端口 %d",
	NoSshdListener: "%d 个监听者，其中没有 sshd：列表不真实",
	ListenersFine:  "除 sshd 外有 %d 个监听者，从外面都够不到",
	Answered:       "从主机连接 %s 端口 %d：%s",
	OtherCard:      "进程 %d 有另一种网卡：%s",
	ForwardFine:    "用户态网络，虚拟机没有可连接的地址；进程 %d 只转发到 SSH：%s",
	ForwardWrong:   "进程 %d 转发 %s",

	SshdSays:     "sshd 对 %s：%s 为 %q，应为 %q",
	SshdSilent:   "sshd 对 %s：没有给出 %s",
	SshdFine:     "sshd 对 %s：只用密钥，不许 root",
	TailscaleIs:  "gateway.tailscale.mode 为 %q",
	KeysOfOthers: "账户 %s 有 %d 个授权密钥",
	NoKeeperKey:  "维护账户没有授权密钥：列表不真实",
	KeysFine:     "%d 个授权密钥，仅属于 %s",
	TunnelRuns:   "%s 正在运行，进程 %d：%s",
	NoTunnel:     "%d 个进程，其中没有隧道程序",

	ModeIs:         "gateway.auth.mode 为 %q",
	NoToken:        "没有令牌",
	TokenWeak:      "令牌有 %d 个字符，可容纳 %d 字节，%d 个不同字符；应为 %d 个随机字节",
	TokenStrong:    "令牌有 %d 个字符，可容纳 %d 字节",
	TokenCloned:    "令牌与虚拟机 %q 的相同",
	TokenOwn:       "令牌与另外 %d 台虚拟机的不同",
	InsecureFlag:   "%s 关闭了一项防护",
	NoInsecureFlag: "没有设置关闭防护",

	SudoNone:        "%s 不能运行 sudo",
	SudoSome:        "%s 可以通过 sudo 运行命令",
	NoGateway:       "网关没有进程（单元状态 %q），看不到它的权限",
	AccountRoot:     "账户 %s 的 uid 为 %d",
	AccountGroups:   "账户 %s 属于组 %s",
	AccountUnlocked: "账户 %s 有口令",
	AccountShell:    "账户 %s 的 shell 为 %q",
	AccountFine:     "账户 %s：uid %d，没有附加组，口令已锁，shell %s",
	ProcessUID:      "网关进程 %d 以 uid %d 运行，而不是 %s",
	ProcessGID:      "网关进程 %d 带有组 %d",
	ProcessCaps:     "网关进程 %d 持有特权能力：有效 %s，允许 %s",
	ProcessNNP:      "网关进程 %d 可取得权限：NoNewPrivs %d",
	ProcessSeccomp:  "网关进程 %d 没有系统调用过滤：Seccomp %d",
	ProcessFine:     "网关进程 %d（%s）：uid %d，CapEff 0，NoNewPrivs %d，Seccomp %d",

	UnitNotLoaded:       "单元 %s 状态为 %q",
	UnitSays:            "单元：%s 为 %q，应为 %q",
	UnitWrites:          "单元：ReadWritePaths 开放了 %q",
	UnitFine:            "单元：ProtectSystem strict，可写 %s",
	CanaryWritten:       "智能体能写 %s",
	CanaryUnsealed:      "服务视图中 %s 可写，只靠属主挡住智能体",
	CanaryOther:         "写 %s 的尝试以 %s 结束",
	CanaryMissing:       "没有尝试写 %s",
	CanaryHeld:          "写入尝试以 %s 告终：%s",
	CanaryInside:        "智能体能写 %s，本应如此",
	CanaryRefusedInside: "智能体本应能写 %s 却不能：%s",

	NoCodeDisk:        "%s没有序列号为 %s 的磁盘",
	CodeWritable:      "%s以可写方式挂接代码盘",
	CodeReadOnly:      "%s以只读方式挂接代码盘",
	CodeMountWritable: "虚拟机内的 root 能写代码盘 %s：文件 %s，设备 %s",
	CodeMountRW:       "代码盘 %s 在虚拟机内不是只读",
	CodeMountOther:    "写代码盘 %s 的尝试以此结束：文件 %s，设备 %s",
	CodeMountFine:     "连 root 也不能写代码盘 %s：文件 %s，设备 %s",

	DigestDiffers:  "%s，%s：摘要为 %s，验证过的是 %s",
	DigestFine:     "%s：摘要 %s，共 %d MiB，与验证过的一致",
	CacheGone:      "%s已不在（%s），虚拟机不需要它",
	VolumeGone:     "缺少%s：%s",
	ManifestFine:   "清单写明 OpenClaw %s 和 Node %s",
	ManifestOther:  "清单属于另一块代码盘：%s，不是 %s",
	OtherVolume:    "%s：磁盘 %s 读取 %q，不是 %q",
	VolumeAttached: "%s读取 %s",
	NoSystemDisk:   "%s没有序列号为 %s 的磁盘",
	ImageSource:    "基础镜像：%s",
	ImageUnvouched: "基础镜像是你的文件，方案里没有它的摘要（image.sha512）：没有人为它担保",

	Heading:       "%s 的自检",
	When:          "查看时间 %s，用时 %s。",
	Versions:      "clawarium %s，OpenClaw %s，Node %s。",
	PlanHash:      "方案 %s。",
	Unknown:       "未知",
	WhyLabel:      "原因",
	DoLabel:       "怎么办",
	StepsLabel:    "修复步骤",
	AnswersLabel:  "对应",
	HeaderLine:    "%s%s%s",
	Labelled:      "%s：",
	ListSeparator: "、",
	Stop:          "。",
	CountLine:     "%d 项%s",
	AllHold:       "查看过的各项要求都成立。",
	SomeNotMet:    "有要求不成立，做法写在旁边。",
	NotEnough:     "没有发现问题，但并非都能查看。",
	NotInVersion:  "本版本不查看：%s。",
	GuestNote:     "虚拟机自报的内容，可信程度与虚拟机相同。",

	Status: map[string]string{
		"met":            "满足",
		"not met":        "不满足",
		"not checked":    "未检查",
		"attested":       "由你确认",
		"not applicable": "不适用",
	},

	Sources: map[string]string{
		"official":  "发布者的镜像，摘要由 clawarium 固定",
		"publisher": "发布者当前的镜像，按发布者的清单校验，未固定",
		"build":     "在本机用签名的 Debian 软件包构建",
		"file":      "你的文件，按方案中的摘要校验",
	},

	Host: zhChecksHost, Guest: zhChecksGuest, Kept: zhChecksKept, Drills: zhChecksDrills,
	Controls:  zhControls,
	Clauses:   zhClauses,
	Documents: zhDocuments,
	Incidents: zhIncidents,
}
