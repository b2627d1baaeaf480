package text

// Guest is what is said about the machine from inside: its SSH session, the
// seed of its first boot, and the steps that are taken there.
type Guest struct {
	// SSH
	HostKeyChanged     string // address, fingerprint seen, fingerprints pinned
	HostKeyChangedHint string
	NoPin              string // address
	NoPinHint          string
	Unreachable        string // address
	UnreachableHint    string
	Refused            string // user, address
	RefusedHint        string
	NotReady           string // address, duration
	NotReadyHint       string
	WaitingSSH         string // address
	ConnectionLost     string // address
	ConnectionLostHint string
	CommandTimeout     string // duration
	CommandTimeoutHint string
	TooMuchOutput      string // bytes
	ScriptFailed       string // exit status, last lines
	NoRoot             string
	NoRootHint         string

	// Keys and pins
	KeyUnreadable     string // path
	KeyUnreadableHint string
	KeyTooOpen        string // path, mode
	KeyTooOpenHint    string // path
	PinsUnreadable    string // path, line
	PinsHint          string
	KeyNotTheAnnounce string // fingerprint
	KeyNotTheHint     string

	// Seed
	SeedValue     string // field, value
	SeedValueHint string

	// Steps
	Titles        map[string]string // by step ID
	StepFailed    string            // step, why
	StepHint      string
	UnknownStep   string // step
	GatewayFailed string // last lines
	GatewayHint   string
	GatewaySlow   string // duration
	WaitGateway   string
	BadCA         string
	BadCAHint     string

	// Use
	NoDashboard     string
	NoDashboardHint string
	BadDashboard    string // host of the link
	KeyRefused      string // provider, exit status
	KeyRefusedHint  string
	BadProvider     string // provider
	ForwardFailed   string // local address
	ForwardHint     string

	// The warden's channel
	ListenFailed string // address in the machine
	ListenHint   string
	BadCursor    string // cursor
	JournalEnded string // exit status, last lines
	JournalHint  string
	BadSources   string // why
}

var enGuest = Guest{
	HostKeyChanged:     "the machine at %q shows host key %q, not the pinned %q",
	HostKeyChangedHint: "do not go on: something else answers in the machine's place; see which program holds that address",
	NoPin:              "no host key is pinned for the machine at %q",
	NoPinHint:          "clawarium setup",
	Unreachable:        "no connection to the machine at %q",
	UnreachableHint:    "clawarium status",
	Refused:            "the machine at %[2]q does not accept the key of %[1]q",
	RefusedHint:        "clawarium status",
	NotReady:           "the machine at %q gave no SSH session within %s",
	NotReadyHint:       "look at the end of the machine's console log, then run the same command again",
	WaitingSSH:         "waiting for SSH at %s",
	ConnectionLost:     "the connection to the machine at %q broke off",
	ConnectionLostHint: "run the same command again: it goes on from here",
	CommandTimeout:     "no answer from the machine within %s",
	CommandTimeoutHint: "clawarium status",
	TooMuchOutput:      "more than %d bytes of output from the machine",
	ScriptFailed:       "exit status %d in the machine: %s",
	NoRoot:             "the maintenance account has no root in the machine",
	NoRootHint:         "clawarium harden",

	KeyUnreadable:     "no usable ed25519 key in %q",
	KeyUnreadableHint: "restore the file from your backup, or rebuild the machine: the data disk is kept",
	KeyTooOpen:        "the private key %q can be read by others (mode %04o)",
	KeyTooOpenHint:    "chmod 600 %s",
	PinsUnreadable:    "no usable host key in %q, line %d",
	PinsHint:          "restore the file from your backup, or rebuild the machine: the data disk is kept",
	KeyNotTheAnnounce: "the machine answers with host key %q, which it did not announce",
	KeyNotTheHint:     "run the same command again; if it persists, rebuild the machine",

	SeedValue:     "%s cannot be %q",
	SeedValueHint: "clawarium setup",

	Titles: map[string]string{
		"guest-hostkey":     "the machine's own SSH host key",
		"guest-account":     "the agent's account",
		"guest-directories": "data disk, directories, journal and updates",
		"guest-ssh":         "SSH access",
		"guest-ca":          "extra certificate authority",
		"guest-code":        "read-only code disk",
		"guest-config":      "OpenClaw's configuration",
		"guest-service":     "the gateway's service and sandbox",
		"guest-gateway":     "the gateway, running",
		"guest-proxy":       "the way out, for programs in the machine",
	},
	StepFailed:    "%s: %s",
	StepHint:      "run the same command again: it goes on from here",
	UnknownStep:   "no guest step is called %q",
	GatewayFailed: "the gateway stopped while starting: %s",
	GatewayHint:   "clawarium shell --keeper -- sudo journalctl -u openclaw-gateway -n 100",
	GatewaySlow:   "the gateway is not ready after %s",
	WaitGateway:   "waiting for the gateway",
	BadCA:         "the extra certificate authority is not a PEM certificate",
	BadCAHint:     "openssl x509 -in FILE -noout -subject",

	NoDashboard:     "OpenClaw gave no link to its dashboard",
	NoDashboardHint: "clawarium status",
	BadDashboard:    "the dashboard's link leads to %q, not to the machine's own gateway",
	KeyRefused:      "OpenClaw did not take the key for %q (exit status %d)",
	KeyRefusedHint:  "clawarium openclaw -- models auth paste-api-key --help",
	BadProvider:     "%q is not a provider's name",
	ForwardFailed:   "cannot listen on %q",
	ForwardHint:     "close the program that holds this port, or choose another one",

	ListenFailed: "the machine does not listen on %q for this computer",
	ListenHint:   "clawarium harden",
	BadCursor:    "%q is not a place in a journal",
	JournalEnded: "the machine's journal ended with exit status %d: %s",
	JournalHint:  "clawarium harden",
	BadSources:   "the machine's package sources cannot be read: %s",
}

var zhGuest = Guest{
	HostKeyChanged:     "地址 %q 上的虚拟机出示的主机密钥是 %q，而不是已固定的 %q",
	HostKeyChangedHint: "请不要继续：有别的程序在冒充这台虚拟机；请查明是哪个程序占用了该地址",
	NoPin:              "尚未为地址 %q 上的虚拟机固定主机密钥",
	NoPinHint:          "clawarium setup",
	Unreachable:        "无法连接到地址 %q 上的虚拟机",
	UnreachableHint:    "clawarium status",
	Refused:            "地址 %[2]q 上的虚拟机不接受 %[1]q 的密钥",
	RefusedHint:        "clawarium status",
	NotReady:           "地址 %q 上的虚拟机在 %s 内没有建立 SSH 会话",
	NotReadyHint:       "请查看虚拟机控制台日志的末尾，然后重新运行同一命令",
	WaitingSSH:         "正在等待 %s 上的 SSH",
	ConnectionLost:     "与地址 %q 上的虚拟机的连接中断了",
	ConnectionLostHint: "重新运行同一命令即可从此处继续",
	CommandTimeout:     "虚拟机在 %s 内没有回应",
	CommandTimeoutHint: "clawarium status",
	TooMuchOutput:      "虚拟机的输出超过 %d 字节",
	ScriptFailed:       "虚拟机内的退出状态为 %d：%s",
	NoRoot:             "维护账户在虚拟机内没有 root 权限",
	NoRootHint:         "clawarium harden",

	KeyUnreadable:     "%q 中没有可用的 ed25519 密钥",
	KeyUnreadableHint: "请从备份恢复该文件，或重建虚拟机：数据盘会保留",
	KeyTooOpen:        "私钥 %q 可被他人读取（权限 %04o）",
	KeyTooOpenHint:    "chmod 600 %s",
	PinsUnreadable:    "%q 第 %d 行没有可用的主机密钥",
	PinsHint:          "请从备份恢复该文件，或重建虚拟机：数据盘会保留",
	KeyNotTheAnnounce: "虚拟机出示的主机密钥 %q 并非它所声明的密钥",
	KeyNotTheHint:     "请重新运行同一命令；若仍然如此，请重建虚拟机",

	SeedValue:     "%s 不能是 %q",
	SeedValueHint: "clawarium setup",

	Titles: map[string]string{
		"guest-hostkey":     "虚拟机自己的 SSH 主机密钥",
		"guest-account":     "智能体的账户",
		"guest-directories": "数据盘、目录、日志与更新",
		"guest-ssh":         "SSH 访问",
		"guest-ca":          "额外的证书颁发机构",
		"guest-code":        "只读代码盘",
		"guest-config":      "OpenClaw 的配置",
		"guest-service":     "网关的服务与沙箱",
		"guest-gateway":     "网关运行",
		"guest-proxy":       "虚拟机内程序的出口",
	},
	StepFailed:    "%s：%s",
	StepHint:      "重新运行同一命令即可从此处继续",
	UnknownStep:   "没有名为 %q 的虚拟机内步骤",
	GatewayFailed: "网关在启动过程中停止：%s",
	GatewayHint:   "clawarium shell --keeper -- sudo journalctl -u openclaw-gateway -n 100",
	GatewaySlow:   "网关在 %s 后仍未就绪",
	WaitGateway:   "正在等待网关",
	BadCA:         "额外的证书颁发机构不是 PEM 证书",
	BadCAHint:     "openssl x509 -in FILE -noout -subject",

	NoDashboard:     "OpenClaw 没有给出控制台链接",
	NoDashboardHint: "clawarium status",
	BadDashboard:    "控制台链接指向 %q，而不是虚拟机自己的网关",
	KeyRefused:      "OpenClaw 没有接受 %q 的密钥（退出状态 %d）",
	KeyRefusedHint:  "clawarium openclaw -- models auth paste-api-key --help",
	BadProvider:     "%q 不是提供商名称",
	ForwardFailed:   "无法监听 %q",
	ForwardHint:     "请关闭占用该端口的程序，或另选一个端口",

	ListenFailed: "虚拟机没有为本机监听 %q",
	ListenHint:   "clawarium harden",
	BadCursor:    "%q 不是日志中的位置",
	JournalEnded: "虚拟机的日志以退出状态 %d 结束：%s",
	JournalHint:  "clawarium harden",
	BadSources:   "无法读取虚拟机的软件源：%s",
}
