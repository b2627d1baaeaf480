package text

// Warden is what is said about the machine's one door: its policy, its state, and why
// something was refused.
type Warden struct {
	_ incomparable

	// Policy
	PolicyTooLong    string // bytes
	PolicyNotJSON    string
	PolicyTrailing   string
	PolicyHint       string
	BadFormat        string // format, the one known
	BadLevel         string // level
	BadLevelHint     string
	TooManyRules     string // rules, limit
	TooManyRulesHint string
	BadRuleHost      string // number of the rule, host, why
	BadHostHint      string
	NoPorts          string // number, host
	BadPort          string // number, port
	BadPortHint      string
	BadFor           string // number, value
	BadServer        string // value
	BadServerHint    string
	BadQuiet         string // value, why
	WhyAddressForm   string
	WhyPrivate       string
	WhyNotCanonical  string
	WhyWildcard      string

	NoPolicy          string // path
	NoPolicyHint      string
	PolicyNotOurs     string // path, mode, owner
	PolicyNotOursHint string // path

	// Running
	Incomplete     string
	IncompleteHint string
	Runs           string // machine, pid
	RunsHint       string
	NoFiles        string // directory
	NoFilesHint    string
	ListenFailed   string // address
	ListenHint     string
	Greedy         string
	GreedyHint     string
	WallsGone      string
	WallsStillGone string
	WallsLost      string // why
	LogFailed      string
	LogHint        string
	Ended          string
	JournalEnded   string

	// Reasons says why, by the fixed word.
	Reasons map[string]string
	Refused string // the reason's sentence, the fixed word
}

var enWarden = Warden{
	PolicyTooLong:    "the policy has more than %d bytes",
	PolicyNotJSON:    "the policy is not the JSON that it should be",
	PolicyTrailing:   "the policy has something behind its end",
	PolicyHint:       "`clawarium harden` writes it anew from the plan",
	BadFormat:        "the policy has format %d, this clawarium knows %d",
	BadLevel:         "there is no level %q",
	BadLevelHint:     "use allowlist, internet or offline",
	TooManyRules:     "the policy has %d rules; %d are the most",
	TooManyRulesHint: "use a pattern such as *.example.com for several hosts of one name",
	BadRuleHost:      "rule %d: the host %q is not one: %s",
	BadHostHint:      "use a name such as api.example.com, a pattern such as *.example.com, or a public IP address",
	NoPorts:          "rule %d: the host %q has no port",
	BadPort:          "rule %d: there is no port %q",
	BadPortHint:      "use numbers from 1 to 65535, such as 443",
	BadFor:           "rule %d: %q cannot be what it is for",
	BadServer:        "%q is not the address of a model server on your own network",
	BadServerHint:    "use one private address and a port, such as 192.168.1.20:11434",
	BadQuiet:         "the host %q that is never allowed is not one: %s",
	WhyAddressForm:   "an IP address in an unusual form",
	WhyPrivate:       "a private or reserved address",
	WhyNotCanonical:  "not a name of two parts or more in lower-case ASCII (for other scripts, its xn-- form)",
	WhyWildcard:      "a * may not stand beside another, nor in the last two parts of the name",

	NoPolicy:          "the policy %q cannot be read",
	NoPolicyHint:      "`clawarium harden` writes it anew from the plan",
	PolicyNotOurs:     "the policy %[1]q could have been written by somebody else: mode %[2]v, owner %[3]d",
	PolicyNotOursHint: "look at what is in it, then: chmod 600 '%s'",

	Incomplete:     "the warden lacks what it needs to run",
	IncompleteHint: "this is a mistake in clawarium: please report it with this line",
	Runs:           "a warden of the machine %q runs already, as process %d",
	RunsHint:       "`clawarium warden status` says how it is",
	NoFiles:        "the warden cannot write its files in %q",
	NoFilesHint:    "see that there is space (df -h), and that the folder is yours and everything in it a plain file",
	ListenFailed:   "nothing can listen at %q in the machine",
	ListenHint:     "if something in the machine has taken that port, it is not the warden's: `clawarium check` says what listens there",
	Greedy:         "the machine made the warden hold more than it may; its connections were cut",
	GreedyHint:     "a healthy machine does not do that: look at its journal, or stop it with `clawarium stop`",
	WallsGone:      "the filter of the machine's card is not in force: what the machine sends past the warden is not dropped. It is being put back",
	WallsStillGone: "nothing came of it",
	WallsLost:      "the filter of the machine's card is not in force: run `clawarium harden`, or stop the machine. It could not be put back: %s",
	LogFailed:      "decisions cannot be logged, so everything is refused",
	LogHint:        "free some space (df -h); the warden goes on by itself",
	Ended:          "the connection to the machine ended",
	JournalEnded:   "the machine's journal ended: %s",

	Refused: "clawarium: %[1]s (%[2]s)",
	Reasons: map[string]string{
		"policy":         "no valid policy is in force, so everything is refused",
		"offline":        "the machine is set to offline",
		"never":          "this host is never to be reached",
		"not-listed":     "this host and port are not on the list of what may be reached",
		"expired":        "this host was allowed for a time that is over",
		"direct-address": "an address was asked for instead of a name",
		"no-name":        "no host is named",
		"lookup":         "the name has no address",
		"address":        "the name leads to a private or reserved address",
		"mixed":          "some of the name's addresses are private or reserved",
		"own-address":    "the name leads to the computer that the machine runs on",
		"connect":        "the host is allowed, but it does not answer",
		"name-mismatch":  "TLS names another host than was asked for",
		"not-tls":        "what was sent is not TLS that can be read",
		"bad-request":    "this is not a request that is served here",
		"slow":           "the request took too long",
		"idle":           "nothing was sent for too long",
		"too-many":       "too many connections at once",
		"bytes":          "one connection carried too many bytes",
		"log":            "the decision could not be logged",
	},
}

var zhWarden = Warden{
	PolicyTooLong:    "策略超过 %d 字节",
	PolicyNotJSON:    "策略不是应有的 JSON",
	PolicyTrailing:   "策略结尾之后还有别的内容",
	PolicyHint:       "`clawarium harden` 会按方案重新写出它",
	BadFormat:        "策略的格式是 %d，此版本的 clawarium 只认识 %d",
	BadLevel:         "没有 %q 这个级别",
	BadLevelHint:     "请用 allowlist、internet 或 offline",
	TooManyRules:     "策略有 %d 条规则，最多 %d 条",
	TooManyRulesHint: "同一域名下的多个主机可用 *.example.com 这样的模式",
	BadRuleHost:      "第 %d 条规则：%q 不是主机：%s",
	BadHostHint:      "请用 api.example.com 这样的域名、*.example.com 这样的模式，或公网 IP 地址",
	NoPorts:          "第 %d 条规则：主机 %q 没有端口",
	BadPort:          "第 %d 条规则：没有 %q 这个端口",
	BadPortHint:      "请用 1 到 65535 的数字，例如 443",
	BadFor:           "第 %d 条规则：用途不能是 %q",
	BadServer:        "%q 不是你自己网络中模型服务器的地址",
	BadServerHint:    "请用一个私有地址和端口，例如 192.168.1.20:11434",
	BadQuiet:         "永不允许的主机 %q 不是主机：%s",
	WhyAddressForm:   "IP 地址的写法不规范",
	WhyPrivate:       "私有或保留地址",
	WhyNotCanonical:  "不是至少两段的小写 ASCII 域名（其他文字请用 xn-- 形式）",
	WhyWildcard:      "* 不能相邻，也不能出现在域名的最后两段",

	NoPolicy:          "无法读取策略 %q",
	NoPolicyHint:      "`clawarium harden` 会按方案重新写出它",
	PolicyNotOurs:     "策略 %[1]q 可能被别人写过：权限 %[2]v，属主 %[3]d",
	PolicyNotOursHint: "先看看里面的内容，然后执行：chmod 600 '%s'",

	Incomplete:     "看守进程缺少运行所需的东西",
	IncompleteHint: "这是 clawarium 的错误：请附上这一行报告给我们",
	Runs:           "虚拟机 %q 的看守进程已在运行，进程号 %d",
	RunsHint:       "`clawarium warden status` 显示其状态",
	NoFiles:        "看守进程无法在 %q 中写文件",
	NoFilesHint:    "请确认有空间（df -h），该文件夹属于你，且其中都是普通文件",
	ListenFailed:   "虚拟机里无法在 %q 上监听",
	ListenHint:     "如果虚拟机里有别的程序占用了该端口，那不是看守进程：`clawarium check` 会说明谁在监听",
	Greedy:         "虚拟机让看守进程占用过多内存，其连接已被切断",
	GreedyHint:     "正常的虚拟机不会这样：请查看它的日志，或用 `clawarium stop` 停止它",
	WallsGone:      "虚拟机网卡的过滤器没有生效：虚拟机绕过看守进程发出的数据不会被丢弃。正在恢复它",
	WallsStillGone: "没有起作用",
	WallsLost:      "虚拟机网卡的过滤器没有生效：请运行 `clawarium harden`，或停止虚拟机。未能恢复的原因：%s",
	LogFailed:      "无法记录决定，因此一律拒绝",
	LogHint:        "请腾出空间（df -h），看守进程会自行恢复",
	Ended:          "与虚拟机的连接已结束",
	JournalEnded:   "虚拟机的日志流结束：%s",

	Refused: "clawarium：%[1]s（%[2]s）",
	Reasons: map[string]string{
		"policy":         "没有有效的策略，因此一律拒绝",
		"offline":        "虚拟机设为离线",
		"never":          "该主机永不允许访问",
		"not-listed":     "该主机和端口不在允许名单上",
		"expired":        "该主机的允许期限已过",
		"direct-address": "请求的是地址而不是域名",
		"no-name":        "没有指明主机",
		"lookup":         "该域名没有地址",
		"address":        "该域名指向私有或保留地址",
		"mixed":          "该域名的部分地址是私有或保留地址",
		"own-address":    "该域名指向运行这台虚拟机的电脑",
		"connect":        "该主机允许访问，但没有应答",
		"name-mismatch":  "TLS 指明的主机与请求的不同",
		"not-tls":        "发来的内容不是可读的 TLS",
		"bad-request":    "这里不提供这种请求",
		"slow":           "请求用时过长",
		"idle":           "太久没有数据",
		"too-many":       "同时的连接过多",
		"bytes":          "单个连接传输的字节过多",
		"log":            "无法记录该决定",
	},
}
