package text

// ChecksDrills is what is said about the way out of a machine, and about the attempts
// that were made to take another: Warden and Drills in package checks.
type ChecksDrills struct {
	_ incomparable

	Name       string
	Hint       string
	Drilling   string
	FlagDrills string
	FlagSkip   string
	BothFlags  string
	FromFlags  string
	OtherWalls string // hours
	TooOld     string // hours
	NoRound    string
	Skipped    string

	// One attempt: what, who, where to.
	Out            string
	Opened         string // with what QEMU opened
	NeverSent      string // sent, came out
	Through        string // not dropped, sent
	LetThrough     string
	NotInRecord    string // with the answer
	TwinFailed     string // with the answer
	Allowed        string
	AllowedOffline string // with the reason
	AllowedFailed  string // with the reason or the answer

	// The round.
	NotTried         string
	CameIn           string
	NotPutBack       string
	FirewallKept     string
	Uncounted        string // attempts, why
	Refused          string // attempts, who, hours
	Dropped          string
	NoneOpened       string
	InRecord         string
	NotSent          string
	PassedUnanswered string
	Leftovers        map[string]string
	Who              map[string]string
	Names            map[string]string

	// Why a round could not be made.
	NoAnswer  string
	BadAnswer string
	Broke     string // what the program said
	NoTap     string
	// CountersReset is that the host's firewall was made anew meanwhile.
	CountersReset string

	// The warden and its policy.
	WardenName     string
	WantedName     string
	NotRunning     string
	NotConnected   string // why
	NoPolicy       string
	PolicyTrouble  string
	OtherPolicy    string
	LevelIs        string // in force, wanted
	ServerIs       string // in force, wanted
	RuleExtra      string // host, ports, for what
	RuleForNow     string // host, ports, until
	RulesMissing   string // number
	PolicyFine     string // level, rules
	ServesPolicy   string // pid
	StreamName     string
	StreamFound    string // file
	StreamMissing  string // file
	StreamNothing  string // file
	StreamDown     string
	StreamUnread   string // file, why
	RelayListed    string // host, provider
	EndpointShut   string // address
	EndpointOwn    string // where, address
	ProviderShut   string // provider
	ProviderOpen   string // hosts, provider
	AptElsewhere   string // scheme, proxy, the right one
	AptFine        string // proxy
	DoorOpen       string // address
	DoorsShut      string // number
	NothingGetsOut string
}

var enChecksDrills = ChecksDrills{
	Name:       "attempts to get out of the machine",
	Hint:       "run `clawarium check --drills` as the user who made the machine, while it runs",
	Drilling:   "trying to get out of the machine, as the agent and as root",
	FlagDrills: "try to get out of the machine now, even if the last try still counts",
	FlagSkip:   "do not try to get out of the machine; what the last try showed counts while it can",
	BothFlags:  "leave one of the two away",
	FromFlags:  "saved evidence has the attempts that were made then; leave the flag away",
	OtherWalls: "the last attempts to get out were %d h ago, and what stands around the machine has changed since",
	TooOld:     "the last attempts to get out were %d h ago, which is too long",
	NoRound:    "no attempt to get out of the machine was made yet",
	Skipped:    "no attempt to get out was made this time",

	Out:            "GOT OUT: %s, tried by %s: %s answered",
	Opened:         "GOT OUT: %s, tried by %s: %s; QEMU opened %s",
	NeverSent:      "%s, tried by %s: %s: it says that it sent %d frames, and %d came out of its card",
	Through:        "NOT STOPPED: %s, tried by %s: %s; %d of %d frames were not dropped by this computer's filter",
	LetThrough:     "GOT OUT: %s, tried by %s: the warden let it through to %s",
	NotInRecord:    "%s, tried by %s: %s: the warden's record does not say that it refused this; the answer was %q",
	TwinFailed:     "%s, tried by %s: %s should work and did not (%s), so a refusal of the others could mean anything",
	Allowed:        "%s, tried by %s: %s worked, as it should",
	AllowedOffline: "%s, tried by %s: the warden would let it through to %s, but this computer could not reach it (%s)",
	AllowedFailed:  "%s, tried by %s: %s should work and did not (%s)",

	NotTried:         "not tried: %s",
	CameIn:           "something came in to the machine that should not: %s",
	NotPutBack:       "after the attempts something was left in the machine: %s",
	FirewallKept:     "its own packet rules stayed in force during the attempts, for nft could not have put them back as they are; what they stopped never came out",
	Uncounted:        "of %d attempts only the machine itself says what became of them: this computer's counters could not be read: %s",
	Refused:          "%d attempts to get out by %s failed, %d h ago",
	Dropped:          "this computer's filter on the machine's card counted %d frames of these attempts and dropped each",
	NoneOpened:       "QEMU opened no connection for any of %d of these attempts",
	InRecord:         "%d of these attempts are in the warden's record as refused",
	NotSent:          "%d more attempts are not possible for that account at all",
	PassedUnanswered: "%d of these attempts passed the filter, and nothing answered: see K13",
	Leftovers:        map[string]string{"route": "a route that leads nowhere; it is gone after a restart", "rules": "the machine's own packet rules are not as they were"},
	Who:              map[string]string{"agent": "the agent's account", "root": "the machine's root"},
	Names: map[string]string{
		"own sshd":       "a connection to the machine itself",
		"arp":            "a question to this computer by ARP",
		"own card":       "OpenClaw's ports at the machine's card",
		"host":           "a port of this computer",
		"host elsewhere": "another address of this computer",
		"host loopback":  "this computer's loopback",
		"router":         "your network's router",
		"lan":            "another computer on your network",
		"other machine":  "another virtual machine",
		"metadata":       "a cloud's metadata service",
		"public":         "an address on the Internet",
		"quic":           "QUIC, UDP 443",
		"dns":            "DNS",
		"dns tunnel":     "data hidden in DNS questions",
		"ping":           "ping",
		"broadcast":      "broadcast",
		"multicast":      "multicast",
		"ipv6 link":      "this computer by link-local IPv6",
		"ipv6 private":   "a private IPv6 address",
		"ipv6 public":    "an IPv6 address on the Internet",
		"ipv6 everyone":  "everyone on the link by IPv6",
		"from port 22":   "a connection that pretends to be SSH's answer",
		"false address":  "a false sender address",
		"false card":     "a false card address",
		"false arp":      "a false claim by ARP",
		"arp scan":       "a search by ARP",
		"dhcp":           "DHCP",
		"vlan":           "another VLAN",
		"other frame":    "an unknown kind of frame",
		"fragments":      "a packet in pieces",
		"packed":         "a packet inside another",
		"redirect":       "a false redirect",
		"false router":   "a false IPv6 router",

		"proxy allowed":         "an allowed host, through the proxy",
		"proxy loopback":        "this computer's loopback, through the proxy",
		"proxy host":            "an address of this computer, through the proxy",
		"proxy private":         "a private address, through the proxy",
		"proxy metadata":        "a cloud's metadata, through the proxy",
		"proxy numbers":         "an address in an odd form, through the proxy",
		"proxy ipv6":            "an IPv6 form of a private address, through the proxy",
		"proxy local name":      "a name of this computer, through the proxy",
		"proxy direct":          "a bare address, through the proxy",
		"proxy plain":           "plain HTTP to this computer, through the proxy",
		"proxy socks":           "SOCKS to an address, through the proxy",
		"proxy unlisted":        "a host that is not allowed, through the proxy",
		"proxy lookalike":       "a host that resembles an allowed one, through the proxy",
		"proxy other port":      "another port of an allowed host, through the proxy",
		"proxy smuggling":       "one request inside another, through the proxy",
		"proxy false name":      "TLS for another name than was asked for",
		"proxy no name":         "TLS without a name",
		"proxy not tls":         "something else than TLS",
		"proxy name to private": "an allowed name that leads to a private address",
		"proxy changing name":   "an allowed name that changes its address",
		"proxy mixed name":      "an allowed name with a public and a private address",
	},

	NoAnswer:      "the machine did not answer in time",
	BadAnswer:     "the machine's answer is not one",
	Broke:         "the attempts in the machine ended early: %s",
	NoTap:         "nothing hangs on the bridge of the machine's network",
	CountersReset: "the counters began again meanwhile",

	WardenName:     "the warden",
	WantedName:     "what the plan lets out",
	NotRunning:     "no warden runs for this machine: the way out is closed, and nothing of it can be used",
	NotConnected:   "the warden is not connected to the machine, so the way out is closed: %s",
	NoPolicy:       "the warden has no policy in force and refuses everything",
	PolicyTrouble:  "the warden refuses everything, for it cannot take the policy: %s",
	OtherPolicy:    "the warden has another policy in force than the machine's file has",
	LevelIs:        "the policy has the level %q, the plan %q",
	ServerIs:       "the policy lets through to the private address %q, the plan names %q",
	RuleExtra:      "the policy lets through %s (ports %s; for: %s), which the plan does not",
	RuleForNow:     "you let through %s (ports %s) until %s",
	RulesMissing:   "hosts that the plan lets through and that are not let through now: %d; `clawarium setup` puts that right",
	PolicyFine:     "the policy lets through what the plan does, and nothing else: level %s, %d rules",
	ServesPolicy:   "the warden (process %d) has this policy in force",
	StreamName:     "the warden's record of the machine's journal",
	StreamFound:    "a marker that was put into the machine's journal just now arrived in %s",
	StreamMissing:  "a marker that was put into the machine's journal just now did not arrive in %s",
	StreamNothing:  "the machine did not say that it put a marker into its journal, so none was to be found in %s",
	StreamDown:     "no warden writes the machine's journal down on this computer",
	StreamUnread:   "%s could not be read: %s",
	RelayListed:    "the policy lets through %s for %s, which is no address of that provider",
	EndpointShut:   "the agent is to use %s, which the warden does not let through",
	EndpointOwn:    "%s is %s, your own model server, which the plan names",
	ProviderShut:   "no rule lets through to %s, which the plan names",
	ProviderOpen:   "the policy lets through to %s: %s",
	AptElsewhere:   "apt's proxy for %s is %s and not the machine's way out (%s), so no update arrives",
	AptFine:        "apt uses the machine's way out (%s)",
	DoorOpen:       "the machine's SSH port answers at %s, which others can reach",
	DoorsShut:      "the machine's SSH port does not answer at any of the %d addresses of this computer that others can reach",
	NothingGetsOut: "no warden runs: nothing gets out",
}

var zhChecksDrills = ChecksDrills{
	Name:       "逃出虚拟机的尝试",
	Hint:       "请以创建该虚拟机的用户、在它运行时执行 `clawarium check --drills`",
	Drilling:   "正在以智能体和 root 的身份尝试逃出虚拟机",
	FlagDrills: "现在就尝试逃出虚拟机，即使上一次的结果仍然有效",
	FlagSkip:   "不尝试逃出虚拟机；上一次的结果在有效期内仍然算数",
	BothFlags:  "两者请去掉一个",
	FromFlags:  "保存的证据里已有当时的尝试，请去掉这个选项",
	OtherWalls: "上一次逃出尝试是在 %d 小时前，此后虚拟机周围的墙有了变化",
	TooOld:     "上一次逃出尝试是在 %d 小时前，时间太久",
	NoRound:    "还没有做过逃出虚拟机的尝试",
	Skipped:    "这一次没有尝试逃出",

	Out:            "逃出成功：%s，由%s尝试：%s 有应答",
	Opened:         "逃出成功：%s，由%s尝试：%s；QEMU 打开了 %s",
	NeverSent:      "%s，由%s尝试：%s：它自称发出 %d 个帧，从网卡出来的有 %d 个",
	Through:        "没有拦下：%[1]s，由%[2]s尝试：%[3]s；%[5]d 个帧中有 %[4]d 个没有被本机的过滤规则丢弃",
	LetThrough:     "逃出成功：%s，由%s尝试：看守进程放行到 %s",
	NotInRecord:    "%s，由%s尝试：%s：看守进程的记录里没有拒绝这一次的条目；得到的应答是 %q",
	TwinFailed:     "%s，由%s尝试：%s 本应成功却没有（%s），因此其他尝试被拒绝说明不了什么",
	Allowed:        "%s，由%s尝试：%s 成功，理应如此",
	AllowedOffline: "%s，由%s尝试：看守进程会放行到 %s，但本机连不上它（%s）",
	AllowedFailed:  "%s，由%s尝试：%s 本应成功却没有（%s）",

	NotTried:         "没有尝试：%s",
	CameIn:           "有不该出现的东西进入了虚拟机：%s",
	NotPutBack:       "尝试之后，虚拟机里留下了东西：%s",
	FirewallKept:     "尝试期间它自己的包过滤规则一直有效，因为 nft 无法把它们原样放回；被它们拦下的从未出来",
	Uncounted:        "有 %d 次尝试的结果只有虚拟机自己的说法：本机的计数器读不到：%s",
	Refused:          "%[2]s的 %[1]d 次逃出尝试都失败了，%[3]d 小时前",
	Dropped:          "本机在虚拟机网卡上的过滤规则数到了这些尝试的 %d 个帧，并全部丢弃",
	NoneOpened:       "QEMU 没有为其中 %d 次尝试打开任何连接",
	InRecord:         "其中 %d 次尝试在看守进程的记录里被拒绝",
	NotSent:          "另有 %d 次尝试对该账户来说根本不可能",
	PassedUnanswered: "其中 %d 次尝试通过了过滤规则，但没有得到应答：见 K13",
	Leftovers:        map[string]string{"route": "一条通向虚无的路由，重启后即消失", "rules": "虚拟机自己的包过滤规则与之前不同"},
	Who:              map[string]string{"agent": "智能体的账户", "root": "虚拟机的 root"},
	Names: map[string]string{
		"own sshd":       "连接虚拟机自己",
		"arp":            "用 ARP 询问本机",
		"own card":       "虚拟机网卡上的 OpenClaw 端口",
		"host":           "本机的端口",
		"host elsewhere": "本机的其他地址",
		"host loopback":  "本机的回环地址",
		"router":         "你的网络的路由器",
		"lan":            "你的网络中的其他电脑",
		"other machine":  "另一台虚拟机",
		"metadata":       "云平台的元数据服务",
		"public":         "互联网上的地址",
		"quic":           "QUIC，UDP 443",
		"dns":            "DNS",
		"dns tunnel":     "藏在 DNS 查询里的数据",
		"ping":           "ping",
		"broadcast":      "广播",
		"multicast":      "组播",
		"ipv6 link":      "用 IPv6 链路本地地址访问本机",
		"ipv6 private":   "IPv6 私有地址",
		"ipv6 public":    "互联网上的 IPv6 地址",
		"ipv6 everyone":  "用 IPv6 访问链路上的所有设备",
		"from port 22":   "假装成 SSH 应答的连接",
		"false address":  "伪造发送方地址",
		"false card":     "伪造网卡地址",
		"false arp":      "伪造 ARP 声明",
		"arp scan":       "用 ARP 搜索",
		"dhcp":           "DHCP",
		"vlan":           "其他 VLAN",
		"other frame":    "未知类型的帧",
		"fragments":      "拆成碎片的包",
		"packed":         "包中之包",
		"redirect":       "伪造的重定向",
		"false router":   "伪造的 IPv6 路由器",

		"proxy allowed":         "经代理访问已放行的主机",
		"proxy loopback":        "经代理访问本机的回环地址",
		"proxy host":            "经代理访问本机的地址",
		"proxy private":         "经代理访问私有地址",
		"proxy metadata":        "经代理访问云平台的元数据",
		"proxy numbers":         "经代理访问写法古怪的地址",
		"proxy ipv6":            "经代理访问私有地址的 IPv6 写法",
		"proxy local name":      "经代理访问本机的名称",
		"proxy direct":          "经代理直接访问地址",
		"proxy plain":           "经代理用明文 HTTP 访问本机",
		"proxy socks":           "经代理用 SOCKS 访问地址",
		"proxy unlisted":        "经代理访问未放行的主机",
		"proxy lookalike":       "经代理访问与已放行主机相似的主机",
		"proxy other port":      "经代理访问已放行主机的其他端口",
		"proxy smuggling":       "经代理在请求里夹带请求",
		"proxy false name":      "TLS 的名称与请求的不同",
		"proxy no name":         "没有名称的 TLS",
		"proxy not tls":         "不是 TLS 的内容",
		"proxy name to private": "已放行但指向私有地址的名称",
		"proxy changing name":   "已放行但会改变地址的名称",
		"proxy mixed name":      "已放行但同时有公网和私有地址的名称",
	},

	NoAnswer:      "虚拟机没有及时应答",
	BadAnswer:     "虚拟机的应答无法理解",
	Broke:         "虚拟机里的尝试提前结束：%s",
	NoTap:         "虚拟机网络的网桥上什么都没有",
	CountersReset: "计数器在此期间重新开始了",

	WardenName:     "看守进程",
	WantedName:     "方案允许出去的内容",
	NotRunning:     "没有为这台虚拟机运行的看守进程：出口是关闭的，也无法使用",
	NotConnected:   "看守进程没有连接到虚拟机，因此出口是关闭的：%s",
	NoPolicy:       "看守进程没有生效的策略，拒绝一切",
	PolicyTrouble:  "看守进程无法采用策略，因此拒绝一切：%s",
	OtherPolicy:    "看守进程生效的策略与虚拟机的策略文件不同",
	LevelIs:        "策略的级别是 %q，方案的是 %q",
	ServerIs:       "策略放行到私有地址 %q，方案写的是 %q",
	RuleExtra:      "策略放行了 %s（端口 %s；用途：%s），而方案没有",
	RuleForNow:     "你放行了 %s（端口 %s），直到 %s",
	RulesMissing:   "方案放行的主机中有 %d 个现在没有放行；`clawarium setup` 会修好",
	PolicyFine:     "策略只放行方案所放行的内容：级别 %s，%d 条规则",
	ServesPolicy:   "看守进程（进程 %d）已让这份策略生效",
	StreamName:     "看守进程对虚拟机日志的记录",
	StreamFound:    "刚刚写入虚拟机日志的标记已到达 %s",
	StreamMissing:  "刚刚写入虚拟机日志的标记没有到达 %s",
	StreamNothing:  "虚拟机没有说它写入了标记，因此在 %s 中也无从查找",
	StreamDown:     "没有看守进程把虚拟机的日志记录到本机",
	StreamUnread:   "无法读取 %s：%s",
	RelayListed:    "策略为 %[2]s 放行了 %[1]s，它不是该提供商的地址",
	EndpointShut:   "智能体要使用 %s，而看守进程不放行它",
	EndpointOwn:    "%s 是 %s，即方案所写的你自己的模型服务器",
	ProviderShut:   "没有规则放行到方案所写的 %s",
	ProviderOpen:   "策略放行到 %s：%s",
	AptElsewhere:   "apt 对 %s 使用的代理是 %s，而不是虚拟机的出口（%s），因此收不到更新",
	AptFine:        "apt 使用虚拟机的出口（%s）",
	DoorOpen:       "虚拟机的 SSH 端口在 %s 上有应答，他人可以访问",
	DoorsShut:      "虚拟机的 SSH 端口在本机他人可以访问的 %d 个地址上都没有应答",
	NothingGetsOut: "没有看守进程在运行：什么都出不去",
}
