package text

// Steps is what the steps are called and what they say while they run.
type Steps struct {
	Choose, Keys, Image, Code, Pool, BaseVolume, CodeVolume, SystemDisk, DataDisk string
	Filter, Network, Seed, Domain, Boot, Eject, ModelKey                          string

	EmulationAsked, ProbingKVM, KVMAsked, KVMAskedHint string
	SlowClockNote, EmulationNote                       string
	Uploading, ComparingVolume, DataDiskAgain          string
	VolumeDiffers, VolumeDiffersHint                   string
	Starting, WaitingForGuest, ShuttingDown            string
	GuestIsOff, GuestIsOffHint                         string
	CodeChanged, CodeChangedHint                       string
	HostKeyMissing, HostKeyMissingHint                 string
	LoadingKey                                         string
	NameTaken, NameTakenHint                           string

	SummaryTitle, SummaryAgain                                                string
	SummaryMachine, SummaryWhere, SummaryNetworkSystem, SummaryNetworkSession string
	SummaryOutside, SummaryNamed, SummaryAnd, SummaryUpdates                  string
	SummaryOwn, SummaryServer                                                 string
	SummaryImage, SummaryCode, SummaryPreset, SummaryDir                      string
	DryRunTitle, DryRunDomain, DryRunNetwork, DryRunFilter, DryRunPool        string
	DryRunSeed, DryRunGuest, DryRunConfig, DryRunUndo                         string
	Withheld                                                                  string
	DataDiskKept                                                              string

	Status StatusText
}

// StatusText is what `clawarium status` says.
type StatusText struct {
	Machine, State, Address, Connection, Versions, Made, Unfinished, NotMade string
	States                                                                   map[string]string
}

var enSteps = Steps{
	Choose: "Choices for this computer", Keys: "Keys for the maintenance account", Image: "Base image",
	Code: "Code disk with OpenClaw and Node", Pool: "Storage pool", BaseVolume: "Base image into the pool",
	CodeVolume: "Code disk into the pool", SystemDisk: "System disk (disposable)", DataDisk: "Data disk (kept)",
	Filter: "Packet filter for the network card", Network: "Isolated network", Seed: "Seed for the first boot",
	Domain: "Virtual machine", Boot: "First boot", Eject: "Seed taken out", ModelKey: "Model key",

	EmulationAsked: "emulation was asked for in the plan",
	ProbingKVM:     "Trying whether KVM (the processor's help for virtual machines) really boots something …",
	KVMAsked:       "the plan asks for kvm, and KVM cannot be used here", KVMAskedHint: "use acceleration: auto, or see why with `ls -l /dev/kvm` and the firmware's virtualisation setting",
	EmulationNote: "Without KVM the machine is emulated: good for trying out, too slow for living with.",
	SlowClockNote: "Its clock runs slow, so that OpenClaw's own time limits hold: the gateway's first start takes 4 to 8 minutes.",
	Uploading:     "copying into the pool", ComparingVolume: "comparing what is in the pool", DataDiskAgain: "using the data disk that was kept",
	VolumeDiffers: "the volume %q is not what was put there", VolumeDiffersHint: "run `clawarium setup` to put it there again",
	Starting: "starting", WaitingForGuest: "waiting for the guest's SSH", ShuttingDown: "shutting down",
	GuestIsOff: "the machine %q is off", GuestIsOffHint: "run `clawarium start`",
	CodeChanged: "the lockfile in the plan has no OpenClaw", CodeChangedHint: "use the one that ships with clawarium: leave openclaw.lockfile empty",
	HostKeyMissing: "no host key is pinned for the machine %q", HostKeyMissingHint: "its directory was changed by hand; run `clawarium undo` and set it up again",
	LoadingKey: "handing the key to OpenClaw",
	NameTaken:  "the name of the %s %q is taken by one that this set-up did not make", NameTakenHint: "choose another name with --name, or remove that one yourself",

	SummaryTitle: "This will be made:", SummaryAgain: "This machine exists; every step is looked at again:",
	SummaryMachine:        "  machine   %q: processors %d, memory %s, system disk up to %s, data disk up to %s",
	SummaryWhere:          "  where     %s (%s)",
	SummaryNetworkSystem:  "  network   isolated; host %s, guest %s; its card reaches nothing else",
	SummaryNetworkSession: "  network   none; SSH through 127.0.0.1:%d; its card reaches nothing",
	SummaryOutside:        "  let out   %s", SummaryNamed: "%s: %s", SummaryAnd: ", ", SummaryUpdates: "updates",
	SummaryOwn: "%d of your own", SummaryServer: "model server %s",
	SummaryImage:  "  system    Debian 13, source %s",
	SummaryCode:   "  agent     OpenClaw %s on a read-only disk",
	SummaryPreset: "  rights    preset %q",
	SummaryDir:    "  on disk   %s, and the storage pool %s",
	DryRunTitle:   "What `clawarium setup` would make. Nothing was changed.",
	DryRunDomain:  "domain", DryRunNetwork: "network", DryRunFilter: "packet filter", DryRunPool: "storage pool",
	DryRunSeed: "first boot, seed file", DryRunGuest: "in the guest", DryRunConfig: "OpenClaw's configuration", DryRunUndo: "steps, in order",
	Withheld:     "(withheld: a key made for one session)",
	DataDiskKept: "A data disk of an earlier machine of this name was kept; it is used again, with all that the agent left on it.",

	Status: StatusText{
		Machine: "machine     %s", State: "state       %s", Address: "address     %s", Connection: "libvirt     %s",
		Versions: "versions    OpenClaw %s, Node %s, image %s", Made: "made        %d of %d steps",
		Unfinished: "unfinished  %s; go on with `clawarium setup%s`", NotMade: "not made yet",
		States: map[string]string{"running": "running", "off": "off", "absent": "not there", "paused": "paused", "other": "in between"},
	},
}

var zhSteps = Steps{
	Choose: "针对本机的选择", Keys: "维护账户的密钥", Image: "基础镜像",
	Code: "装有 OpenClaw 和 Node 的代码盘", Pool: "存储池", BaseVolume: "基础镜像放入存储池",
	CodeVolume: "代码盘放入存储池", SystemDisk: "系统盘（可丢弃）", DataDisk: "数据盘（保留）",
	Filter: "网卡的包过滤规则", Network: "隔离网络", Seed: "首次启动的种子盘",
	Domain: "虚拟机", Boot: "首次启动", Eject: "取出种子盘", ModelKey: "模型密钥",

	EmulationAsked: "方案要求使用仿真",
	ProbingKVM:     "正在试验 KVM（处理器对虚拟机的支持）能否真正启动……",
	KVMAsked:       "方案要求 kvm，但这里用不了 KVM", KVMAskedHint: "请改用 acceleration: auto，或用 `ls -l /dev/kvm` 和固件的虚拟化设置查明原因",
	EmulationNote: "没有 KVM，虚拟机靠仿真运行：适合试用，日常使用太慢。",
	SlowClockNote: "它的时钟走得慢，好让 OpenClaw 自身的时限成立：网关首次启动需 4 到 8 分钟。",
	Uploading:     "正在复制到存储池", ComparingVolume: "正在比对存储池中的内容", DataDiskAgain: "沿用保留下来的数据盘",
	VolumeDiffers: "存储卷 %q 与放入时不符", VolumeDiffersHint: "运行 `clawarium setup` 重新放入",
	Starting: "正在启动", WaitingForGuest: "正在等待虚拟机的 SSH", ShuttingDown: "正在关机",
	GuestIsOff: "虚拟机 %q 是关闭的", GuestIsOffHint: "运行 `clawarium start`",
	CodeChanged: "方案中的锁文件里没有 OpenClaw", CodeChangedHint: "请使用随 clawarium 提供的锁文件：openclaw.lockfile 留空",
	HostKeyMissing: "没有为虚拟机 %q 固定主机密钥", HostKeyMissingHint: "它的目录被手工改动过；请运行 `clawarium undo` 后重新创建",
	LoadingKey: "正在把密钥交给 OpenClaw",
	NameTaken:  "%s的名字 %q 已被占用，而它不是这次创建的", NameTakenHint: "请用 --name 换一个名字，或自行删除占用者",

	SummaryTitle: "将要创建：", SummaryAgain: "这台虚拟机已存在，将重新查看每一步：",
	SummaryMachine:        "  虚拟机  %q：%d 个处理器，内存 %s，系统盘至多 %s，数据盘至多 %s",
	SummaryWhere:          "  位置    %s（%s）",
	SummaryNetworkSystem:  "  网络    隔离；主机 %s，虚拟机 %s；网卡到达不了别处",
	SummaryNetworkSession: "  网络    无；经 127.0.0.1:%d 使用 SSH；网卡什么也到达不了",
	SummaryOutside:        "  出站    %s", SummaryNamed: "%s：%s", SummaryAnd: "、", SummaryUpdates: "更新",
	SummaryOwn: "你自己的 %d 个", SummaryServer: "模型服务器 %s",
	SummaryImage:  "  系统    Debian 13，来源 %s",
	SummaryCode:   "  智能体  OpenClaw %s，在只读盘上",
	SummaryPreset: "  权限    预设 %q",
	SummaryDir:    "  存放    %s，以及存储池 %s",
	DryRunTitle:   "`clawarium setup` 将创建以下内容。没有做任何改动。",
	DryRunDomain:  "虚拟机", DryRunNetwork: "网络", DryRunFilter: "包过滤规则", DryRunPool: "存储池",
	DryRunSeed: "首次启动的种子文件", DryRunGuest: "虚拟机内", DryRunConfig: "OpenClaw 的配置", DryRunUndo: "步骤，按顺序",
	Withheld:     "（不显示：只用于一次会话的密钥）",
	DataDiskKept: "保留着同名虚拟机以前的数据盘；将再次使用它，智能体留在上面的一切都在。",

	Status: StatusText{
		Machine: "虚拟机   %s", State: "状态     %s", Address: "地址     %s", Connection: "libvirt  %s",
		Versions: "版本     OpenClaw %s，Node %s，镜像 %s", Made: "已完成   %d 步，共 %d 步",
		Unfinished: "未完成   %s；用 `clawarium setup%s` 继续", NotMade: "尚未创建",
		States: map[string]string{"running": "运行中", "off": "已关闭", "absent": "不存在", "paused": "已暂停", "other": "过渡中"},
	},
}
