package text

// Plan is what is said about a plan: its file, its limits and what is wrong
// with one.
type Plan struct {
	// Header opens a plan file. The other comments are in Key, by dotted key,
	// one line of the comment a line.
	Header  string
	Allowed string // comment; what may be written
	Key     map[string]string

	Outside PlanOutside

	// What may be written, for ranges.
	RangeNumber   string
	RangeZero     string
	RangeSize     string
	RangeChoice   string
	RangeName     string
	RangeVersion  string
	RangeSHA512   string
	RangeFile     string
	RangeCA       string
	RangeAddress  string
	RangeProxy    string
	RangeMirrors  string
	RangeSubnet   string
	RangeHostCPUs string
	RangeHostMem  string
	RangeHostDisk string
	RangeNoRoom   string
	RangeOptional string

	// What is wrong.
	AtLine        string
	ThisLine      string
	ThisFile      string
	NotAllowed    string
	HostTooSmall  string
	NotSize       string
	NotText       string
	NotNumber     string
	NotList       string
	NotOne        string
	NotSection    string
	NoValue       string
	Unknown       string
	Duplicate     string
	KeyNotPlain   string
	Secret        string
	SecretFile    string
	Userinfo      string
	Unprintable   string
	NotAbsolute   string
	NotThere      string
	NotFile       string
	NotReadable   string
	NotPEM        string
	NotAddress    string
	AddressExtra  string
	NotMask       string
	FileUnused    string
	FileMissing   string
	SHA512Unused  string
	SubnetUnused  string
	PortUnused    string
	SlowKVM       string
	OtherVersion  string
	TooManyValues string
	TooLong       string
	BadSyntax     string
	Empty         string
	TooLarge      string
	TooComplex    string
	ManyDocuments string
	NotSupported  string
	CannotWrite   string

	// What to do.
	Set             string
	DidYouMean      string
	MovedTo         string
	MovedFrom       string
	SizeHint        string
	SizeUnitHint    string
	SizeWriteHint   string
	MemoryHint      string
	DiskHint        string
	RoomHint        string
	TextHint        string
	OneLineHint     string
	NumberHint      string
	ListHint        string
	SectionHint     string
	NoValueHint     string
	UnknownHint     string
	DuplicateHint   string
	KeyPlainHint    string
	SecretHint      string
	SecretFileHint  string
	UserinfoHint    string
	UnprintableHint string
	AbsoluteHint    string
	ThereHint       string
	FileHint        string
	ReadableHint    string
	PEMHint         string
	AddressHint     string
	AddressOnlyHint string
	ChoiceHint      string
	NameHint        string
	VersionHint     string
	NewerHint       string
	SHA512Hint      string
	SubnetHint      string
	FileUnusedHint  string
	FileMissingHint string
	SubnetOnlyHint  string
	PortOnlyHint    string
	SlowKVMHint     string
	OtherHint       string
	TooManyHint     string
	TooLongHint     string
	SyntaxHint      string
	EmptyHint       string
	TooLargeHint    string
	DocumentsHint   string
	SupportedHint   string
}

var enPlan = Plan{
	Header: `A clawarium plan: what the machine shall be. It holds no secret; model keys
are asked for when they are needed. A key that is left out keeps its default.`,
	Allowed: "Allowed: %s.",
	Outside: enPlanOutside,
	Key: map[string]string{
		"version":              "Version of this file's format.",
		"name":                 "Name of the machine.",
		"connection":           "Connection to libvirt. auto takes system when it can be used, else session.",
		"machine":              "The size and nature of the virtual machine.",
		"machine.cpus":         "Virtual processors.",
		"machine.memory":       "Memory of the machine. OpenClaw's gateway alone holds about 1GiB.",
		"machine.systemDisk":   "Largest size that the disposable system disk can grow to.",
		"machine.dataDisk":     "Largest size of the disk that is kept: OpenClaw's state and workspace.",
		"machine.acceleration": "auto takes kvm when a short trial boot works with it, else emulation,\nwhich is for trying out and not for living with.",
		"machine.clock":        "auto is steady with kvm and slow under emulation, where OpenClaw's own time\nlimits hold only with a slowed clock.",
		"image":                "Where the base system comes from.",
		"image.source":         "auto downloads the official Debian image, else builds one from signed packages.",
		"image.file":           "Image file to use, with source file.",
		"image.sha512":         "SHA-512 that the image file must have. Empty: it is recorded, not compared.",
		"image.mirrors":        "Addresses laid out like the publisher's, tried first. They are never trusted:\nevery byte is verified.",
		"openclaw":             "Which OpenClaw, from where, and what it may do.",
		"openclaw.version":     "Version of OpenClaw, as in the lockfile.",
		"openclaw.lockfile":    "npm lockfile with integrity for every package. Empty: the one that ships with\nclawarium.",
		"openclaw.registry":    "Address of the npm registry. Empty: the environment's, else the one in .npmrc.",
		"openclaw.preset":      "cautious: messages only. workspace: files in its workspace, commands only after\napproval. full: commands, high-risk ones only after approval.",
		"openclaw.provider":    "Provider whose model key is asked for; -cn: its platform for China. The key itself is never in this file.",
		"network":              "What the machine may reach, and how this host reaches the outside.",
		"network.level":        "allowlist: named hosts only. internet: any public host. offline: nothing. Private\naddresses and this computer's own are refused at every level.",
		"network.channels":     "Channels whose own hosts the allowlist lets through. It opens the way; the channel\nitself is set up in OpenClaw.",
		"network.allow":        "Further hosts of the allowlist: a name or a public address, with :port unless that is\n443. One * stands for letters, digits and hyphens, never for a dot; a value that\nbegins with it goes in quotes.",
		"network.modelServer":  "A model server in your own network, the only private address that is let through,\nat any level but offline.",
		"network.subnet":       "The isolated network, with connection system. auto picks one that is free.",
		"network.sshPort":      "Port on 127.0.0.1 that leads to the machine's SSH, with connection session.\n0 picks a free one.",
		"network.proxy":        "Proxy for this host's downloads, without a password. Empty: the environment's.",
		"network.ca":           "PEM file of extra certificate authorities, trusted by downloads and in the machine.",
		"language":             "Language of what clawarium says. auto follows the environment.",
	},

	RangeNumber:   "%[1]d to %[2]d",
	RangeZero:     "0, or %[1]d to %[2]d",
	RangeSize:     "%[1]s to %[2]s, as whole MiB, GiB or TiB",
	RangeChoice:   "%s",
	RangeName:     "1 to 32 lower-case letters, digits and hyphens, the first a letter, the last not a hyphen",
	RangeVersion:  "three numbers with dots, such as %s",
	RangeSHA512:   "128 hexadecimal digits in lower case, or empty",
	RangeFile:     "the absolute path of a file that exists, or empty",
	RangeCA:       "the absolute path of a PEM file with certificates only, or empty",
	RangeAddress:  "an http or https address with no user name or password, or empty",
	RangeProxy:    "an http, https or socks5 address with no user name or password, or empty",
	RangeMirrors:  "a list of at most %d http or https addresses with no user name or password",
	RangeSubnet:   "auto, or a private IPv4 network from /%[1]d to /%[2]d",
	RangeHostCPUs: "%[1]s (this host has %[2]d)",
	RangeHostMem:  "%[1]s (this host has %[2]s and keeps %[3]s)",
	RangeHostDisk: "%[1]s (free space at %[2]q)",
	RangeNoRoom:   "at least %s",
	RangeOptional: "empty",

	AtLine:        "line %[1]d, column %[2]d: %[3]s",
	ThisLine:      "this line",
	ThisFile:      "a plan",
	NotAllowed:    "%[1]s is %[2]q; allowed: %[3]s",
	HostTooSmall:  "%[1]s needs at least %[2]s, and this host can give %[3]s",
	NotSize:       "%q is not a size",
	NotText:       "%[1]s wants text, not %[2]q",
	NotNumber:     "%[1]s wants a whole number, not %[2]q",
	NotList:       "%[1]s wants a list, not %[2]q",
	NotOne:        "%s wants one value, not a list or a section",
	NotSection:    "%[1]s wants keys of its own, not %[2]q",
	NoValue:       "%s has no value",
	Unknown:       "unknown key %q",
	Duplicate:     "%[1]s is written twice, first in line %[2]d",
	KeyNotPlain:   "this is not a key of a plan",
	Secret:        "%[1]s looks like it holds a secret (%[2]q)",
	SecretFile:    "%[1]s is %[2]q, which holds a private key",
	Userinfo:      "%[1]s is %[2]q, with a user name or password in it",
	Unprintable:   "%[1]s holds an invisible or broken character (%[2]s)",
	NotAbsolute:   "%[1]s is %[2]q, which is not an absolute path",
	NotThere:      "%[1]s is %[2]q, which does not exist",
	NotFile:       "%[1]s is %[2]q, which is not an ordinary file",
	NotReadable:   "%[1]s is %[2]q, which you may not read",
	NotPEM:        "%[1]s is %[2]q, which holds no certificate",
	NotAddress:    "%[1]s is %[2]q; allowed: %[3]s",
	AddressExtra:  "%[1]s is %[2]q, with something after the address itself",
	NotMask:       "%[1]s is %[2]q, which is an address inside the network and not the network's",
	FileUnused:    "image.file is %[1]q, but image.source is %[2]q",
	FileMissing:   "image.source is %q, but image.file is empty",
	SHA512Unused:  "image.sha512 is set, but image.source is %q",
	SubnetUnused:  "network.subnet is %[1]q, but connection is %[2]q",
	PortUnused:    "network.sshPort is %[1]d, but connection is %[2]q",
	SlowKVM:       "machine.clock is %[1]q, but machine.acceleration is %[2]q",
	OtherVersion:  "openclaw.version is %[1]q, but the lockfile that ships with clawarium holds %[2]s",
	TooManyValues: "%[1]s has %[2]d entries; allowed: %[3]s",
	TooLong:       "%[1]s has %[2]d characters; allowed: at most %[3]d",
	BadSyntax:     "not valid YAML: %s",
	Empty:         "the file holds no plan",
	TooLarge:      "the file has %[1]d bytes; allowed: at most %[2]d",
	TooComplex:    "the file has more parts than any plan; allowed: at most %d",
	ManyDocuments: "the file holds more than one document",
	NotSupported:  "%q: a plan has no anchors, aliases, merges, tags, directives or text blocks",
	CannotWrite:   "this plan cannot be written to a file",

	Set:             "set %[1]s to %[2]s",
	DidYouMean:      "did you mean %q?",
	MovedTo:         "write it under %[1]s, as %[2]q",
	MovedFrom:       "write it at the left margin, as %q",
	SizeHint:        "write a whole number with MiB, GiB or TiB, such as 4GiB",
	SizeUnitHint:    "add the unit: %[1]sMiB or %[1]sGiB",
	SizeWriteHint:   "write %s",
	MemoryHint:      "set %[1]s to %[2]s, or use a host with more memory",
	DiskHint:        "make room at %[1]q, or set %[2]s to %[3]s",
	RoomHint:        "make room at %[1]q: at least %[2]s must be free",
	TextHint:        "put it in quotes: %[1]s: %[2]q",
	OneLineHint:     "write %s: and one value, on one line",
	NumberHint:      "write digits only, such as %[1]s: %[2]d",
	ListHint:        "write each entry on a line of its own that begins with a hyphen",
	SectionHint:     "put its keys below it, two spaces further in",
	NoValueHint:     "give it a value, or remove the line to keep the default",
	UnknownHint:     "remove the line; known here: %s",
	DuplicateHint:   "remove one of the two",
	KeyPlainHint:    "write keys as plain words; known here: %s",
	SecretHint:      "remove it, and revoke it if others have seen the file; clawarium asks for model keys when it needs them",
	SecretFileHint:  "give a file with certificates only; this one would be copied into the machine",
	UserinfoHint:    "leave out what stands before the @; for a proxy with a password, leave network.proxy empty and set HTTPS_PROXY",
	UnprintableHint: "write it again by hand instead of pasting it",
	AbsoluteHint:    "write the whole path: %s",
	ThereHint:       "check the spelling with: ls -l %q",
	FileHint:        "give an ordinary file, not a folder or device",
	ReadableHint:    "let your account read it, or give another file",
	PEMHint:         "give a file with at least one BEGIN CERTIFICATE block",
	AddressHint:     "write it like %s",
	AddressOnlyHint: "leave out everything from the ? or # on, and for a proxy any path: %s",
	ChoiceHint:      "choose one of: %s",
	NameHint:        "choose a name such as %q",
	VersionHint:     "set %[1]s to %[2]q",
	NewerHint:       "this file is for another version of clawarium; set %[1]s to %[2]d after comparing it with docs/plan.md",
	SHA512Hint:      "print it with: sha512sum FILE",
	SubnetHint:      "set %[1]s to auto, or to a network such as %[2]s",
	FileUnusedHint:  "set image.source to file, or remove %s",
	FileMissingHint: "set image.file to the image's absolute path, or image.source to auto",
	SubnetOnlyHint:  "set connection to system, or network.subnet to auto",
	PortOnlyHint:    "set connection to session, or network.sshPort to 0",
	SlowKVMHint:     "set machine.clock to auto; kvm cannot slow the clock down",
	OtherHint:       "set openclaw.version to %q, or openclaw.lockfile to a lockfile of your own",
	TooManyHint:     "keep the nearest ones",
	TooLongHint:     "shorten it; no value of a plan is that long",
	SyntaxHint:      "indent with two spaces a level and no tabs, and put values with a colon or # in quotes",
	EmptyHint:       "begin with the line: version: 1",
	TooLargeHint:    "a plan is a few kilobytes; is this the right file?",
	DocumentsHint:   "keep one document and remove every line that is only --- or ...",
	SupportedHint:   "write the value itself on one line",
}

var zhPlan = Plan{
	Header: `clawarium 方案：要建成怎样的虚拟机。这里不含任何机密；需要模型密钥时会另行询问。
省略的键保持默认值。`,
	Allowed: "可填：%s。",
	Outside: zhPlanOutside,
	Key: map[string]string{
		"version":              "本文件格式的版本。",
		"name":                 "虚拟机的名称。",
		"connection":           "libvirt 连接方式。auto：能用 system 就用，否则用 session。",
		"machine":              "虚拟机的规格。",
		"machine.cpus":         "虚拟处理器数。",
		"machine.memory":       "虚拟机的内存。仅 OpenClaw 网关就占用约 1GiB。",
		"machine.systemDisk":   "可随时重建的系统盘最多能长到多大。",
		"machine.dataDisk":     "保留的数据盘最大多大：OpenClaw 的状态与工作区。",
		"machine.acceleration": "auto：短暂试启动成功就用 kvm，否则用软件模拟 emulation，\n后者只宜试用，不宜长期使用。",
		"machine.clock":        "auto：kvm 下为 steady，软件模拟下为 slow，\n那里只有放慢时钟，OpenClaw 自身的时限才能满足。",
		"image":                "基础系统的来源。",
		"image.source":         "auto：下载 Debian 官方镜像，不成则用已签名的软件包自行构建。",
		"image.file":           "source 为 file 时使用的镜像文件。",
		"image.sha512":         "镜像文件应有的 SHA-512。留空：只记录，不比较。",
		"image.mirrors":        "与官方目录结构相同的镜像站地址，优先尝试。它们从不被信任：\n每个字节都会校验。",
		"openclaw":             "用哪个 OpenClaw、从哪里来、允许它做什么。",
		"openclaw.version":     "OpenClaw 的版本，与 lockfile 中一致。",
		"openclaw.lockfile":    "每个包都带 integrity 的 npm lockfile。留空：用 clawarium 自带的。",
		"openclaw.registry":    "npm 源的地址。留空：取环境变量，其次取 .npmrc。",
		"openclaw.preset":      "cautious：只收发消息。workspace：可用工作区里的文件，命令须经批准。\nfull：可执行命令，高风险命令仍须批准。",
		"openclaw.provider":    "要询问哪家的模型密钥；-cn 表示中国站。密钥本身从不写入本文件。",
		"network":              "虚拟机能访问什么，以及本机如何访问外部。",
		"network.level":        "allowlist：仅限列出的主机。internet：任何公网主机。offline：全部禁止。\n无论哪一级，私有地址和本机自己的地址都被拒绝。",
		"network.channels":     "消息渠道，名单放行它们自己的主机。这里只是放行，渠道本身在 OpenClaw 里设置。",
		"network.allow":        "名单里的其他主机：域名或公网地址，端口不是 443 时加 :端口。\n一个 * 代表字母、数字和连字符，从不代表点；以它开头的值须加引号。",
		"network.modelServer":  "你自己网络里的模型服务器，唯一放行的私有地址；offline 时也不放行。",
		"network.subnet":       "隔离网络的网段，用于 connection 为 system 时。auto：自动选空闲的。",
		"network.sshPort":      "127.0.0.1 上通往虚拟机 SSH 的端口，用于 connection 为 session 时。\n0：自动选空闲的。",
		"network.proxy":        "本机下载用的代理，不含密码。留空：取环境变量。",
		"network.ca":           "额外证书颁发机构的 PEM 文件，下载时与虚拟机内都信任它。",
		"language":             "clawarium 使用的语言。auto：随环境而定。",
	},

	RangeNumber:   "%[1]d 至 %[2]d",
	RangeZero:     "0，或 %[1]d 至 %[2]d",
	RangeSize:     "%[1]s 至 %[2]s，须为整数加 MiB、GiB 或 TiB",
	RangeChoice:   "%s",
	RangeName:     "1 至 32 个小写字母、数字或连字符，以字母开头，不以连字符结尾",
	RangeVersion:  "用点分隔的三个数字，例如 %s",
	RangeSHA512:   "128 位小写十六进制数字，或留空",
	RangeFile:     "已存在文件的绝对路径，或留空",
	RangeCA:       "只含证书的 PEM 文件的绝对路径，或留空",
	RangeAddress:  "http 或 https 地址，不含用户名和密码，或留空",
	RangeProxy:    "http、https 或 socks5 地址，不含用户名和密码，或留空",
	RangeMirrors:  "至多 %d 个 http 或 https 地址的列表，不含用户名和密码",
	RangeSubnet:   "auto，或 /%[1]d 至 /%[2]d 的私有 IPv4 网段",
	RangeHostCPUs: "%[1]s（本机有 %[2]d 个）",
	RangeHostMem:  "%[1]s（本机共 %[2]s，自留 %[3]s）",
	RangeHostDisk: "%[1]s（%[2]q 处的可用空间）",
	RangeNoRoom:   "至少 %s",
	RangeOptional: "留空",

	AtLine:        "第 %[1]d 行第 %[2]d 列：%[3]s",
	ThisLine:      "此行",
	ThisFile:      "方案",
	NotAllowed:    "%[1]s 为 %[2]q；可填：%[3]s",
	HostTooSmall:  "%[1]s 至少需要 %[2]s，而本机只能给出 %[3]s",
	NotSize:       "%q 不是容量",
	NotText:       "%[1]s 须为文字，而不是 %[2]q",
	NotNumber:     "%[1]s 须为整数，而不是 %[2]q",
	NotList:       "%[1]s 须为列表，而不是 %[2]q",
	NotOne:        "%s 须为单个值，而不是列表或小节",
	NotSection:    "%[1]s 下面须有自己的键，而不是 %[2]q",
	NoValue:       "%s 没有值",
	Unknown:       "未知的键 %q",
	Duplicate:     "%[1]s 写了两次，第一次在第 %[2]d 行",
	KeyNotPlain:   "这不是方案的键",
	Secret:        "%[1]s 里像是有机密（%[2]q）",
	SecretFile:    "%[1]s 为 %[2]q，其中含有私钥",
	Userinfo:      "%[1]s 为 %[2]q，其中带有用户名或密码",
	Unprintable:   "%[1]s 含有不可见或损坏的字符（%[2]s）",
	NotAbsolute:   "%[1]s 为 %[2]q，不是绝对路径",
	NotThere:      "%[1]s 为 %[2]q，该文件不存在",
	NotFile:       "%[1]s 为 %[2]q，不是普通文件",
	NotReadable:   "%[1]s 为 %[2]q，你无权读取",
	NotPEM:        "%[1]s 为 %[2]q，其中没有证书",
	NotAddress:    "%[1]s 为 %[2]q；可填：%[3]s",
	AddressExtra:  "%[1]s 为 %[2]q，地址后面还有多余内容",
	NotMask:       "%[1]s 为 %[2]q，这是网段内的地址，不是网段本身",
	FileUnused:    "image.file 为 %[1]q，但 image.source 为 %[2]q",
	FileMissing:   "image.source 为 %q，但 image.file 为空",
	SHA512Unused:  "设置了 image.sha512，但 image.source 为 %q",
	SubnetUnused:  "network.subnet 为 %[1]q，但 connection 为 %[2]q",
	PortUnused:    "network.sshPort 为 %[1]d，但 connection 为 %[2]q",
	SlowKVM:       "machine.clock 为 %[1]q，但 machine.acceleration 为 %[2]q",
	OtherVersion:  "openclaw.version 为 %[1]q，但 clawarium 自带的 lockfile 是 %[2]s",
	TooManyValues: "%[1]s 有 %[2]d 项；可填：%[3]s",
	TooLong:       "%[1]s 有 %[2]d 个字符；至多 %[3]d 个",
	BadSyntax:     "不是有效的 YAML：%s",
	Empty:         "文件里没有方案",
	TooLarge:      "文件有 %[1]d 字节；至多 %[2]d 字节",
	TooComplex:    "文件的内容比任何方案都多；至多 %d 个部分",
	ManyDocuments: "文件里不止一个文档",
	NotSupported:  "%q：方案不使用锚点、别名、合并、标签、指令或文本块",
	CannotWrite:   "这个方案无法写入文件",

	Set:             "请将 %[1]s 设为 %[2]s",
	DidYouMean:      "你是否想写 %q？",
	MovedTo:         "请写在 %[1]s 之下，写作 %[2]q",
	MovedFrom:       "请写在最左侧，写作 %q",
	SizeHint:        "请写整数加 MiB、GiB 或 TiB，例如 4GiB",
	SizeUnitHint:    "请加上单位：%[1]sMiB 或 %[1]sGiB",
	SizeWriteHint:   "请写 %s",
	MemoryHint:      "请将 %[1]s 设为 %[2]s，或换用内存更大的主机",
	DiskHint:        "请在 %[1]q 处腾出空间，或将 %[2]s 设为 %[3]s",
	RoomHint:        "请在 %[1]q 处腾出空间：至少要有 %[2]s 可用",
	TextHint:        "请加引号：%[1]s: %[2]q",
	OneLineHint:     "请在一行内写 %s: 和一个值",
	NumberHint:      "请只写数字，例如 %[1]s: %[2]d",
	ListHint:        "请每项单独一行，以连字符开头",
	SectionHint:     "请把它的键写在下面，并多缩进两个空格",
	NoValueHint:     "请给出值，或删除此行以保持默认值",
	UnknownHint:     "请删除此行；此处可用的键：%s",
	DuplicateHint:   "请删除其中一处",
	KeyPlainHint:    "键请写成普通单词；此处可用的键：%s",
	SecretHint:      "请删除它；若已有他人看过此文件，请吊销它。需要模型密钥时 clawarium 会询问",
	SecretFileHint:  "请提供只含证书的文件；此文件会被复制到虚拟机内",
	UserinfoHint:    "请去掉 @ 之前的部分；代理若需要密码，请将 network.proxy 留空并设置环境变量 HTTPS_PROXY",
	UnprintableHint: "请手工重新输入，不要粘贴",
	AbsoluteHint:    "请写完整路径：%s",
	ThereHint:       "请检查拼写：ls -l %q",
	FileHint:        "请提供普通文件，而不是目录或设备",
	ReadableHint:    "请让你的账户可以读取它，或换一个文件",
	PEMHint:         "请提供至少含一段 BEGIN CERTIFICATE 的文件",
	AddressHint:     "请写成这样：%s",
	AddressOnlyHint: "请去掉 ? 或 # 之后的全部内容，代理还须去掉路径：%s",
	ChoiceHint:      "请从中选一个：%s",
	NameHint:        "请取一个名称，例如 %q",
	VersionHint:     "请将 %[1]s 设为 %[2]q",
	NewerHint:       "此文件属于另一版本的 clawarium；请对照 docs/plan.md 后将 %[1]s 设为 %[2]d",
	SHA512Hint:      "可用此命令得到：sha512sum FILE",
	SubnetHint:      "请将 %[1]s 设为 auto，或设为 %[2]s 这样的网段",
	FileUnusedHint:  "请将 image.source 设为 file，或删除 %s",
	FileMissingHint: "请将 image.file 设为镜像的绝对路径，或将 image.source 设为 auto",
	SubnetOnlyHint:  "请将 connection 设为 system，或将 network.subnet 设为 auto",
	PortOnlyHint:    "请将 connection 设为 session，或将 network.sshPort 设为 0",
	SlowKVMHint:     "请将 machine.clock 设为 auto；kvm 无法放慢时钟",
	OtherHint:       "请将 openclaw.version 设为 %q，或将 openclaw.lockfile 设为你自己的 lockfile",
	TooManyHint:     "请只保留最近的几个",
	TooLongHint:     "请缩短；方案里没有这么长的值",
	SyntaxHint:      "请每级缩进两个空格，不用制表符；含冒号或 # 的值请加引号",
	EmptyHint:       "请以此行开头：version: 1",
	TooLargeHint:    "方案只有几千字节；文件选对了吗？",
	DocumentsHint:   "请只保留一个文档，并删除只有 --- 或 ... 的行",
	SupportedHint:   "请把值本身写在一行内",
}
