package text

// ChecksHost is what is said about what else is on the host: HostMore in package checks.
type ChecksHost struct {

	// Names of what is looked at.
	OnHost       string
	NetworkName  string
	NetworkNext  string
	FilterName   string
	PacketRules  string
	OpenPorts    string
	Logins       string
	KeysOfGuest  string
	WaysBack     string
	BridgeName   string
	CardAddress  string
	QemuNetwork  string
	StopRecord   string
	Backups      string
	CPUName      string
	BaselineName string
	Remains      string

	// Why something could not be looked at.
	NoDirectory    string
	NoPacketFilter string
	NeedsRoot      string
	RulesHint      string
	RulesCut       string
	NoRules        string

	// K2
	TraceFound  string
	NoTrace     string
	HomesUnread string
	Traces      map[string]string

	// K4
	CardInSession      string
	CardOutside        string
	SecondCard         string
	PortForward        string
	CardsFine          string
	NetworkForwards    string
	NetworkForwardsNot string
	ForwardHere        string
	ForwardEverywhere  string
	RuleMaps           string
	RuleUnclear        string
	NoMapping          string
	NftAbsent          string
	PortLeadsIn        string
	PortsFine          string
	PortsUnowned       string
	Whose              map[string]string

	// K9
	NoKeysOfGuest  string
	GuestKeyHere   string
	NoGuestKeyHere string
	WayBack        string
	NoWayBack      string

	// K12
	Screen         string
	ConsoleOutside string
	NoScreen       string
	QemuScreen     string
	QemuConsole    string
	QemuNoDisplay  string
	QemuHeadless   string

	// K13
	CardCount        string
	CardElsewhere    string
	CardUnfiltered   string
	CardMAC          string
	CardFine         string
	QemuCards        string
	QemuCardFine     string
	QemuCardOther    string
	QemuUnrestricted string
	QemuDoor         string
	QemuRestricted   string
	NetworkDNS       string
	NetworkDHCP      string
	NetworkBridge    string
	NetworkAddress   string
	NetworkFine      string
	FilterChain      string
	FilterExtra      string
	FilterMissing    string
	FilterFine       string
	BridgePorts      string
	BridgeFine       string
	BridgeFiltered   string
	BridgeUnfiltered string
	HostForwards     string
	NftBackend       string
	ToolAbsent       string
	TapBare          string
	TapAnswers       string
	KnockPassed      string
	KnockDropped     string
	TapOpen          string
	TapUnclear       string
	TapClosed        string
	Attempts         map[string]string

	// K21
	NoACPI     string
	StaysOn    string
	CanStop    string
	NoStop     string
	NoStopHint string
	StopForced string
	StopObeyed string

	// K22
	NoBackup       string
	NoBackupHint   string
	NoAge          string
	BackupStale    string
	BackupFresh    string
	BackupUnlisted string
	BackupDamaged  string
	BackupFine     string
	BackupsLoose   string

	// K24
	CPUVulnerable string
	CPUFine       string
	CPUPartly     string
	VersionsAre   string
	Emulated      string
	Hardware      string
	Confinements  map[string]string
	Firewalls     map[string]string
	Encryption    map[string]string // of the mount and its device

	// K25
	StillThere   string
	LeftBehind   string
	NothingLeft  string
	KeptBehind   string
	OwnersDuties string
	Leftovers    map[string]string
}

var enChecksHost = ChecksHost{
	OnHost:       "OpenClaw on this computer itself",
	NetworkName:  "the machine's network",
	NetworkNext:  "the machine's network for the next start",
	FilterName:   "the machine's packet filter",
	PacketRules:  "packet rules of this computer",
	OpenPorts:    "open ports of this computer",
	Logins:       "keys that open this computer",
	KeysOfGuest:  "keys that the machine has",
	WaysBack:     "ways from the machine to other computers",
	BridgeName:   "the bridge of the machine's network",
	CardAddress:  "address of the network card",
	QemuNetwork:  "network card on the process's command line",
	StopRecord:   "record of stops",
	Backups:      "backups",
	CPUName:      "what the kernel says of the processor's weaknesses",
	BaselineName: "this computer's own protection",
	Remains:      "what is left of the machine",

	NoDirectory:    "the machine's directory is not known",
	NoPacketFilter: "packet rules cannot be listed here",
	NeedsRoot:      "only root may list packet rules",
	RulesHint:      "run the check once with root's rights, on your own machines: `sudo HOME=\"$HOME\" clawarium check%s`",
	RulesCut:       "%s: more of them concern the machine than are read",
	NoRules:        "the list of packet rules is empty, which it cannot be while the machine runs",

	TraceFound:  "%s: %s",
	NoTrace:     "%d homes and %d processes: no state, package, program, service or process of OpenClaw",
	HomesUnread: "could not be looked into, for want of rights: %s",
	Traces: map[string]string{
		"state":   "OpenClaw's files are on this computer",
		"package": "OpenClaw is installed on this computer",
		"program": "OpenClaw's program is on this computer",
		"unit":    "a service of OpenClaw's is on this computer",
		"process": "OpenClaw runs on this computer as process",
	},

	CardInSession:      "%s has a network card that is not ours, of type %q",
	CardOutside:        "%s connects the machine to the outside: card of type %q, %s",
	SecondCard:         "%s has a second network card: %s",
	PortForward:        "%s forwards ports",
	CardsFine:          "%s: %d network cards, none of them on a network of this computer's",
	NetworkForwards:    "the machine's network leads elsewhere: forward mode %q",
	NetworkForwardsNot: "the machine's network leads nowhere: it has no forward",
	ForwardHere:        "process %d forwards from this computer alone: %s",
	ForwardEverywhere:  "process %d forwards from other computers too: %s",
	RuleMaps:           "a packet rule sends others into the machine's network: %s",
	RuleUnclear:        "a packet rule sends packets to addresses that cannot be read: %s",
	NoMapping:          "%d packet rules, %d of them send packets elsewhere, none into the machine's network",
	NftAbsent:          "nft is not installed, so rules that were made without iptables were not looked at",
	PortLeadsIn:        "%s (process %d, %s) is open to others: %s %s port %d",
	PortsFine:          "programs that lead to the machine have %d open ports, none of them open to others",
	PortsUnowned:       "of %d more open ports the program cannot be seen without root's rights",
	Whose: map[string]string{
		"machine":   "the machine itself",
		"network":   "helper of the machine's network",
		"clawarium": "clawarium's",
		"tunnel":    "connected to the machine",
	},

	NoKeysOfGuest:  "no key at all is listed, not even that of its SSH: not a true list",
	GuestKeyHere:   "%s lets in a key that the machine has: %s",
	NoGuestKeyHere: "%d authorised keys in %d files of this computer, none of them among the %d that the machine has",
	WayBack:        "leads to another computer: %s",
	NoWayBack:      "no paired computer, no address of another's libvirt or docker, no key for this computer",

	Screen:         "%s has %s",
	ConsoleOutside: "%s has a console that others can reach: %s",
	NoScreen:       "%s: no screen, sound or foreign input; its console is a terminal of this computer",
	QemuScreen:     "process %d has %q on its command line",
	QemuConsole:    "process %d has a console that others can reach: %s",
	QemuNoDisplay:  "process %d was not told to do without a screen",
	QemuHeadless:   "process %d runs without a screen and without a console that others can reach",

	CardCount:        "%s has %d network cards, wanted is one",
	CardElsewhere:    "%s: the card is of type %q on %q, wanted is network %q",
	CardUnfiltered:   "%s: the card has the filter %q, wanted is %q",
	CardMAC:          "%s: the card has the address %s, wanted is %s",
	CardFine:         "%s: one card, on network %s, behind filter %s",
	QemuCards:        "process %d has other network cards than the one of libvirt's: %s",
	QemuCardFine:     "process %d has one network card, on a tap of libvirt's",
	QemuCardOther:    "process %d has a network card of another kind: %s",
	QemuUnrestricted: "process %d has a network that is not restricted: %s",
	QemuDoor:         "process %d has a network with a door of its own: %s",
	QemuRestricted:   "process %d has one network card, on a restricted user-mode network: QEMU passes on nothing but what comes in by its forward",
	NetworkDNS:       "the machine's network answers questions for names (DNS)",
	NetworkDHCP:      "the machine's network gives out addresses (DHCP)",
	NetworkBridge:    "the machine's network is on bridge %q, wanted is %q",
	NetworkAddress:   "the machine's network has the addresses %q, wanted is %q alone",
	NetworkFine:      "network %s: no forward, no DNS, no DHCP, one address",
	FilterChain:      "the filter is in chain %q, not in root",
	FilterExtra:      "the filter has a rule that is not ours: %s",
	FilterMissing:    "the filter lacks a rule: %s",
	FilterFine:       "the filter has all its %d rules: SSH from this computer and its answers, nothing else, IPv6 included",
	BridgePorts:      "more than the machine hangs on bridge %s: %s",
	BridgeFine:       "on bridge %s there is nothing but %s",
	BridgeFiltered:   "%s is 1: the second layer of rules sees what crosses the bridge",
	BridgeUnfiltered: "%s is %q, wanted is 1: the second layer of rules does not see what crosses the bridge",
	HostForwards:     "this computer passes packets on (net.ipv4.ip_forward is 1); the filter is what stops the machine's",
	NftBackend:       "libvirt keeps its filter in tables of nft, which this version cannot follow (%s)",
	ToolAbsent:       "%s is not installed",
	TapBare:          "no rule of the filter is in force on %s (%s)",
	TapAnswers:       "the machine answered at port %d: nothing dropped this computer's connection to it",
	KnockPassed:      "what this computer sent to the machine by %s got as far as its card, and the filter has to drop it",
	KnockDropped:     "what this computer sent to the machine past SSH was dropped before its card",
	TapOpen:          "the rules in force on %s let something through (%s): %s",
	TapUnclear:       "whether the rules in force on %s (%s) stop this cannot be told: %s",
	TapClosed:        "rules in force on %s (%s): %d kinds of forbidden packets were followed through them, each is dropped",
	Attempts: map[string]string{
		"host port":       "the machine calls a port of this computer",
		"other address":   "the machine calls another address",
		"metadata":        "the machine calls a cloud's metadata address",
		"dns":             "the machine asks for a name (DNS)",
		"ping":            "the machine pings this computer",
		"ipv6":            "the machine uses IPv6",
		"false address":   "the machine sends under a false IP address",
		"false card":      "the machine sends under a false MAC address",
		"false arp":       "the machine claims this computer's address (ARP)",
		"dhcp":            "the machine asks for an address (DHCP)",
		"vlan":            "the machine sends VLAN frames",
		"other frame":     "the machine sends frames of another kind",
		"gateway port":    "others call the gateway's port in the machine",
		"udp in":          "others send UDP to the machine",
		"stranger in":     "another computer calls the machine",
		"ipv6 in":         "others send IPv6 to the machine",
		"new connection":  "the machine opens a connection from its SSH port",
		"past the bridge": "the machine's frames go past the bridge",
	},

	NoACPI:     "%s has no ACPI, so the machine cannot hear a request to stop",
	StaysOn:    "%s does not let the machine end when it powers off: on_poweroff is %q",
	CanStop:    "%s: the machine can be asked to stop, and ends when it does",
	NoStop:     "no stop of this machine was recorded yet",
	NoStopHint: "try it when it suits you: `clawarium stop%[1]s`, then `clawarium start%[1]s`",
	StopForced: "at the last stop, on %s, the machine did not follow and was cut off after %.0f s",
	StopObeyed: "at the last stop, on %s, the machine followed; it took %.0f s",

	NoBackup:       "no backup was made yet; this version of clawarium cannot make one",
	NoBackupHint:   "until a later version makes backups, copy what you could not lose out of the machine yourself",
	NoAge:          "its age is not known",
	BackupStale:    "%s is %d days old, wanted are at most %d",
	BackupFresh:    "%s is %d days old",
	BackupUnlisted: "%s has no checksum beside it, so nobody can say whether it is whole",
	BackupDamaged:  "%s, %d bytes, is not what was written: its digest is %s, written was %s",
	BackupFine:     "%s, %d MiB, has all the bytes that were written: digest %s",
	BackupsLoose:   "older backups without a checksum: %s",

	CPUVulnerable: "this computer's processor, %s: %s",
	CPUFine:       "the kernel lists %d weaknesses of processors and calls none of them open here",
	CPUPartly:     "in part open: %s",
	VersionsAre:   "%s, kernel %s, libvirt %s, QEMU %s",
	Emulated:      "the machine is emulated in software, slower and with more code between it and this computer",
	Hardware:      "the machine runs with the processor's own virtualisation",
	Confinements: map[string]string{
		"apparmor":           "AppArmor is on",
		"selinux":            "SELinux is on and enforcing",
		"selinux-permissive": "SELinux only watches (permissive); it would confine the machine's process if it enforced",
		"none":               "neither AppArmor nor SELinux is on; one of them would confine the machine's process further",
	},
	Firewalls: map[string]string{
		"ufw":       "firewall: ufw is on",
		"firewalld": "firewall: firewalld runs",
		"rules":     "firewall: what is not allowed is dropped",
		"none":      "firewall: none was found; every program here that listens can be called from your network",
		"unknown":   "firewall: cannot be seen without root's rights",
	},
	Encryption: map[string]string{
		"yes":     "%s (%s) is encrypted",
		"no":      "%s (%s) is not encrypted by the system: whoever takes the disk can read it",
		"unknown": "whether %s (%s) is encrypted cannot be seen",
	},

	StillThere:  "the machine exists; this is looked at by `clawarium destroy`",
	LeftBehind:  "left behind, %s: %s",
	NothingLeft: "nothing is left; looked at: %s",
	KeptBehind:  "stays, %s: %s",
	OwnersDuties: "what only you can do: revoke the keys that the agent had, end its accounts and their billing, " +
		"and delete copies that you made",
	Leftovers: map[string]string{
		"domain":    "machine in libvirt",
		"network":   "network",
		"filter":    "packet filter",
		"volume":    "disk",
		"pool":      "storage pool",
		"firmware":  "firmware settings",
		"directory": "directory",
		"process":   "process",
		"bridge":    "bridge",
		"rules":     "packet rules",
		"log":       "log of libvirt",
		"unit":      "unit of your systemd",
	},
}

var zhChecksHost = ChecksHost{
	OnHost:       "本机上的 OpenClaw",
	NetworkName:  "虚拟机的网络",
	NetworkNext:  "虚拟机下次启动时的网络",
	FilterName:   "虚拟机的包过滤器",
	PacketRules:  "本机的包过滤规则",
	OpenPorts:    "本机的开放端口",
	Logins:       "能进入本机的密钥",
	KeysOfGuest:  "虚拟机拥有的密钥",
	WaysBack:     "虚拟机通往其他计算机的途径",
	BridgeName:   "虚拟机网络的网桥",
	CardAddress:  "网卡地址",
	QemuNetwork:  "进程命令行上的网卡",
	StopRecord:   "停机记录",
	Backups:      "备份",
	CPUName:      "内核对处理器弱点的说明",
	BaselineName: "本机自身的防护",
	Remains:      "虚拟机留下的东西",

	NoDirectory:    "不知道虚拟机的目录",
	NoPacketFilter: "这里无法列出包过滤规则",
	NeedsRoot:      "只有 root 可以列出包过滤规则",
	RulesHint:      "以 root 权限检查一次你自己的虚拟机：`sudo HOME=\"$HOME\" clawarium check%s`",
	RulesCut:       "%s：与虚拟机有关的规则多于能读取的数量",
	NoRules:        "包过滤规则列表为空，而虚拟机运行时不可能为空",

	TraceFound:  "%s：%s",
	NoTrace:     "%d 个主目录、%d 个进程：没有 OpenClaw 的状态、软件包、程序、服务或进程",
	HomesUnread: "权限不足，无法查看：%s",
	Traces: map[string]string{
		"state":   "本机上有 OpenClaw 的文件",
		"package": "本机上安装了 OpenClaw",
		"program": "本机上有 OpenClaw 的程序",
		"unit":    "本机上有 OpenClaw 的服务",
		"process": "OpenClaw 正在本机上运行，进程",
	},

	CardInSession:      "%s有一块不属于我们的网卡，类型 %q",
	CardOutside:        "%s把虚拟机接到了外面：网卡类型 %q，%s",
	SecondCard:         "%s有第二块网卡：%s",
	PortForward:        "%s转发端口",
	CardsFine:          "%s：%d 块网卡，都不在本机的网络上",
	NetworkForwards:    "虚拟机的网络通向别处：转发模式 %q",
	NetworkForwardsNot: "虚拟机的网络不通向任何地方：没有转发",
	ForwardHere:        "进程 %d 只从本机转发：%s",
	ForwardEverywhere:  "进程 %d 也从其他计算机转发：%s",
	RuleMaps:           "有包过滤规则把外人送进虚拟机的网络：%s",
	RuleUnclear:        "有包过滤规则把数据包送往无法读出的地址：%s",
	NoMapping:          "%d 条包过滤规则，其中 %d 条把数据包送往别处，都不通向虚拟机的网络",
	NftAbsent:          "没有安装 nft，因此没有查看不经 iptables 建立的规则",
	PortLeadsIn:        "%s（进程 %d，%s）向他人开放：%s %s 端口 %d",
	PortsFine:          "通向虚拟机的程序有 %d 个开放端口，都不向他人开放",
	PortsUnowned:       "另有 %d 个开放端口，没有 root 权限看不到属于哪个程序",
	Whose: map[string]string{
		"machine":   "虚拟机本身",
		"network":   "虚拟机网络的辅助程序",
		"clawarium": "属于 clawarium",
		"tunnel":    "已连接到虚拟机",
	},

	NoKeysOfGuest:  "一个密钥也没有列出，连它自己的 SSH 密钥都没有：列表不真实",
	GuestKeyHere:   "%s 允许虚拟机拥有的密钥进入：%s",
	NoGuestKeyHere: "本机的 %[2]d 个文件里有 %[1]d 个授权密钥，都不在虚拟机拥有的 %[3]d 个之中",
	WayBack:        "通向另一台计算机：%s",
	NoWayBack:      "没有配对的计算机，没有他人的 libvirt 或 docker 地址，没有本机的密钥",

	Screen:         "%s有 %s",
	ConsoleOutside: "%s有一个他人够得到的控制台：%s",
	NoScreen:       "%s：没有屏幕、声音或外来输入设备；控制台是本机的终端",
	QemuScreen:     "进程 %d 的命令行含有 %q",
	QemuConsole:    "进程 %d 有一个他人够得到的控制台：%s",
	QemuNoDisplay:  "没有要求进程 %d 不用屏幕",
	QemuHeadless:   "进程 %d 不带屏幕运行，也没有他人够得到的控制台",

	CardCount:        "%s有 %d 块网卡，应为一块",
	CardElsewhere:    "%s：网卡类型 %q，位于 %q，应位于网络 %q",
	CardUnfiltered:   "%s：网卡的过滤器为 %q，应为 %q",
	CardMAC:          "%s：网卡地址为 %s，应为 %s",
	CardFine:         "%s：一块网卡，位于网络 %s，处在过滤器 %s 之后",
	QemuCards:        "除 libvirt 的那块网卡外，进程 %d 还有其他网卡：%s",
	QemuCardFine:     "进程 %d 有一块网卡，接在 libvirt 的 tap 设备上",
	QemuCardOther:    "进程 %d 有另一种网卡：%s",
	QemuUnrestricted: "进程 %d 的网络没有受限：%s",
	QemuDoor:         "进程 %d 的网络另开了一道门：%s",
	QemuRestricted:   "进程 %d 有一块网卡，位于受限的用户态网络：除了从它的转发进来的连接，QEMU 什么都不传",
	NetworkDNS:       "虚拟机的网络会回答域名查询（DNS）",
	NetworkDHCP:      "虚拟机的网络会分配地址（DHCP）",
	NetworkBridge:    "虚拟机的网络位于网桥 %q，应为 %q",
	NetworkAddress:   "虚拟机网络的地址为 %q，应只有 %q",
	NetworkFine:      "网络 %s：没有转发，没有 DNS，没有 DHCP，只有一个地址",
	FilterChain:      "过滤器位于链 %q，而不是 root",
	FilterExtra:      "过滤器有一条不属于我们的规则：%s",
	FilterMissing:    "过滤器缺少一条规则：%s",
	FilterFine:       "过滤器的 %d 条规则齐全：只允许本机发起的 SSH 及其应答，其余一概不许，IPv6 也不例外",
	BridgePorts:      "网桥 %s 上不只有虚拟机：%s",
	BridgeFine:       "网桥 %s 上除了 %s 没有别的",
	BridgeFiltered:   "%s 为 1：第二层规则看得到经过网桥的数据包",
	BridgeUnfiltered: "%s 为 %q，应为 1：第二层规则看不到经过网桥的数据包",
	HostForwards:     "本机会转发数据包（net.ipv4.ip_forward 为 1）；挡住虚拟机的是过滤器",
	NftBackend:       "libvirt 把过滤器放在 nft 的表里，本版本无法跟踪（%s）",
	ToolAbsent:       "没有安装 %s",
	TapBare:          "%s 上没有生效的过滤规则（%s）",
	TapAnswers:       "虚拟机在端口 %d 上作出了应答：没有规则丢弃本机到该端口的连接",
	KnockPassed:      "本机经 %s 发给虚拟机、本应被过滤器丢弃的数据到达了它的网卡",
	KnockDropped:     "本机发给虚拟机的 SSH 以外的数据在到达其网卡之前被丢弃",
	TapOpen:          "%s 上生效的规则放过了一些东西（%s）：%s",
	TapUnclear:       "%s 上生效的规则（%s）能否挡住这些无法判断：%s",
	TapClosed:        "%s 上生效的规则（%s）：跟踪了 %d 种被禁止的数据包，全部被丢弃",
	Attempts: map[string]string{
		"host port":       "虚拟机连接本机的端口",
		"other address":   "虚拟机连接别的地址",
		"metadata":        "虚拟机连接云的元数据地址",
		"dns":             "虚拟机查询域名（DNS）",
		"ping":            "虚拟机 ping 本机",
		"ipv6":            "虚拟机使用 IPv6",
		"false address":   "虚拟机用假的 IP 地址发送",
		"false card":      "虚拟机用假的 MAC 地址发送",
		"false arp":       "虚拟机冒用本机的地址（ARP）",
		"dhcp":            "虚拟机请求地址（DHCP）",
		"vlan":            "虚拟机发送 VLAN 帧",
		"other frame":     "虚拟机发送其他种类的帧",
		"gateway port":    "他人连接虚拟机里网关的端口",
		"udp in":          "他人向虚拟机发送 UDP",
		"stranger in":     "另一台计算机连接虚拟机",
		"ipv6 in":         "他人向虚拟机发送 IPv6",
		"new connection":  "虚拟机从它的 SSH 端口发起连接",
		"past the bridge": "虚拟机的帧绕过了网桥",
	},

	NoACPI:     "%s没有 ACPI，虚拟机听不到停机请求",
	StaysOn:    "%s不让虚拟机在关机后结束：on_poweroff 为 %q",
	CanStop:    "%s：可以请求虚拟机停机，停机后它就结束",
	NoStop:     "还没有这台虚拟机的停机记录",
	NoStopHint: "方便的时候试一次：`clawarium stop%[1]s`，然后 `clawarium start%[1]s`",
	StopForced: "上次停机（%s）时虚拟机没有听从，%.0f 秒后被强制断电",
	StopObeyed: "上次停机（%s）时虚拟机听从了，用时 %.0f 秒",

	NoBackup:       "还没有备份；本版本的 clawarium 不能做备份",
	NoBackupHint:   "在以后的版本能做备份之前，请自己把不能丢的东西从虚拟机里复制出来",
	NoAge:          "不知道它的时间",
	BackupStale:    "%s 已有 %d 天，最多应为 %d 天",
	BackupFresh:    "%s 已有 %d 天",
	BackupUnlisted: "%s 旁边没有校验和，没有人能说它是否完整",
	BackupDamaged:  "%s，%d 字节，与写入时不同：摘要为 %s，写入时为 %s",
	BackupFine:     "%s，%d MiB，与写入时的字节完全一致：摘要 %s",
	BackupsLoose:   "没有校验和的旧备份：%s",

	CPUVulnerable: "本机处理器，%s：%s",
	CPUFine:       "内核列出 %d 个处理器弱点，没有一个在本机上敞开",
	CPUPartly:     "部分敞开：%s",
	VersionsAre:   "%s，内核 %s，libvirt %s，QEMU %s",
	Emulated:      "虚拟机由软件模拟，较慢，它与本机之间的代码也更多",
	Hardware:      "虚拟机使用处理器自身的虚拟化功能",
	Confinements: map[string]string{
		"apparmor":           "AppArmor 已开启",
		"selinux":            "SELinux 已开启并强制执行",
		"selinux-permissive": "SELinux 只观察（permissive）；若强制执行，会进一步限制虚拟机进程",
		"none":               "AppArmor 和 SELinux 都没有开启；开启其一会进一步限制虚拟机进程",
	},
	Firewalls: map[string]string{
		"ufw":       "防火墙：ufw 已开启",
		"firewalld": "防火墙：firewalld 正在运行",
		"rules":     "防火墙：未被允许的一律丢弃",
		"none":      "防火墙：没有找到；你的网络可以连接本机上每个监听的程序",
		"unknown":   "防火墙：没有 root 权限无法看到",
	},
	Encryption: map[string]string{
		"yes":     "%s（%s）已加密",
		"no":      "%s（%s）没有由系统加密：拿到磁盘的人可以读取",
		"unknown": "看不出 %s（%s）是否加密",
	},

	StillThere:   "虚拟机还在；由 `clawarium destroy` 查看这一项",
	LeftBehind:   "有遗留，%s：%s",
	NothingLeft:  "没有遗留；查看过：%s",
	KeptBehind:   "保留，%s：%s",
	OwnersDuties: "只有你能做的事：吊销智能体用过的密钥，注销它的账户并停止计费，删除你自己做的副本",
	Leftovers: map[string]string{
		"domain":    "libvirt 中的虚拟机",
		"network":   "网络",
		"filter":    "包过滤器",
		"volume":    "磁盘",
		"pool":      "存储池",
		"firmware":  "固件设置",
		"directory": "目录",
		"process":   "进程",
		"bridge":    "网桥",
		"rules":     "包过滤规则",
		"log":       "libvirt 的日志",
		"unit":      "你的 systemd 单元",
	},
}
