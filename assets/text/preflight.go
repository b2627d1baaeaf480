package text

// Preflight is what is said about this computer before anything is made.
type Preflight struct {
	_ incomparable

	AskingLibvirt, TryingKVM string // what is looked at

	// What holds.
	Libvirt, Session                  string // %s version, %s QEMU's, %s address, %s why
	KVMUnasked, HVF                   string
	Begun, NameFree                   string // %q machine
	Memory                            string // %s for the machine, %s of all
	Disk, DiskCache                   string // %s free, %q path, %s needed, %s to grow
	Tools, Reached                    string // %s hosts
	Docker, DefaultOff, VPN           string // %s interface, %s range
	MemoryUnknown, DiskUnknown        string // %q path
	NotSeen                           string // %s what, %s why
	ProbeName, AnswersName, ToolsName string // what could not be looked at
	CPUName, NetworkName              string
	WayOut                            string // %s what is missing

	Absent, Restart, Down, Group, Login, Polkit, Hangs, Old, Refused, Parts, Socket Trouble
	KVMCPU, KVMFirmware, KVMNested, KVMWSL, WSL1, KVMModule, KVMDevice              Trouble
	KVMGroup, KVMLogin, KVMBroken, NoHVF                                            Trouble
	Qemu, QemuOld, UEFI, Support, Taken                                             Trouble
	Squashfs, ImageTools                                                            Trouble
	MemoryFree, DiskShort                                                           Trouble
	Path, Denied                                                                    Trouble
	Subnet, NoSubnet, Port, Zone                                                    Trouble
	Clock, ClockOff, Names, Connect, Proxy, Certificate                             Trouble
	Left, MemoryShort                                                               Trouble

	// What clawarium can do about it, in a few words.
	Install, Start, JoinLibvirt, JoinKVM, LoadModule, GiveDevice, LetThrough, SetClock, Anew string
	StartNow, StartNowHint                                                                   string // without systemd
	GroupHint                                                                                string // where polkit asks which groups an account is in
	JoinBoth                                                                                 string

	// The fixes as they run.
	Running, Trace                 string // %s command, %q file
	NoFix, NoFixHint               string // %q id
	NoUndo, NoUndoHint             string // %q id
	FixFailed, FixFailedHint       string // %q command, %q file
	NoHelp, NoHelpHint             string // %q id or title, %q file
	NoSudo, NoSudoHint             string // %s command
	NotRestarted, NotRestartedHint string
	CallAgain, CallAfterLogin      string // %s command

	Short, Long                                       string
	FlagFix, FlagUndo, FlagYes, FlagSet, FlagEvidence string
	AskFix, AskUndo, FixTitle                         string // %s title
	Fixed, Undone, AfterLogin, AfterReboot            string // %s title
	Ready, ReadyFair, NotReady                        string // %d
	Fixable                                           string // %s command
	EstimateIs                                        string // %s time, %s download, %s disk
	YesNeedsFix, YesNeedsFixHint                      string
	WhyIs, DoIs                                       string
}

// Trouble is something that is not as it should be.
type Trouble struct{ What, Why, Hint string }

var enPreflight = Preflight{
	AskingLibvirt: "libvirt", TryingKVM: "KVM, the processor's help for virtual machines, by booting something tiny",

	Libvirt:    "libvirt %s with QEMU %s answers at %s: %s",
	Session:    "the system's libvirt cannot be used, your own can: the machine will run under your account",
	KVMUnasked: "emulation, as the plan says; KVM was not tried",
	HVF:        "this Mac's processor helps virtual machines (hvf)",
	Begun:      "the machine %q was begun before; what is made already is kept", NameFree: "the name %q is free",
	Memory:        "memory: %s for the machine, of the %s in this computer",
	Disk:          "disk: %s free at %q; the set-up takes about %s, and the machine's disks can grow to %s",
	DiskCache:     "disk: %s free at %q; downloads and what is made of them take about %s there",
	Tools:         "the programs that put the machine's disks together are there",
	Reached:       "%s can be reached for the downloads",
	Docker:        "Docker's packet rules are here; the machine's network passes nothing through them",
	DefaultOff:    "libvirt's network \"default\" is off; clawarium does not use it",
	VPN:           "%s routes %s; the machine's network will lie beside it",
	MemoryUnknown: "how much memory this computer has cannot be read", DiskUnknown: "how much disk is free at %q cannot be read",
	NotSeen:   "%s could not be looked at: %s",
	ProbeName: "KVM", ToolsName: "what puts the disks together", AnswersName: "libvirt", CPUName: "the processor", NetworkName: "the network",
	WayOut: "Debian's image will be downloaded; it could not be built here instead: %s",

	Absent:  Trouble{"libvirt is not installed", "it is what runs the machine and walls it in", "install it, then look again"},
	Restart: Trouble{"libvirt was installed after clawarium was started", "a library that was missing is only found by a new start", "start clawarium again"},
	Down:    Trouble{"libvirt is installed, and nobody answers at %s", "without its service no machine can be made or started", "start it, and have it started with the computer"},
	Group:   Trouble{"your account %[2]q may not use libvirt at %[1]s: it is not in the group %[3]q", "libvirt lets in the members of that group, and nobody else without a password", "join the group, then log out and in; or use a libvirt of your own (connection: session)"},
	Login:   Trouble{"your account %q is in the group %q, but this login is older than that", "groups are handed out at login", "log out and in again (closing a window is not enough), then start clawarium again"},
	Polkit:  Trouble{"libvirt at %s lets nobody in without polkit (which asks for a password), and nothing can ask for one here", "over SSH or in a text console there is usually no polkit agent; members of the group need none", "join the group; or run clawarium as root where there is no D-Bus"},
	Hangs:   Trouble{"libvirt at %s does not answer", "its service hangs or waits for something", "restart it, which leaves running machines alone"},
	Old:     Trouble{"this libvirt is too old: %s", "what is asked of it came with version 8.0", "use Debian 12, Ubuntu 22.04, Fedora 36 or newer"},
	Refused: Trouble{"libvirt at %s cannot be used: %s", "without it no machine can be made", "its own log says more"},
	Socket:  Trouble{"libvirt's socket %s is for root alone (mode %s)", "no group that you could join may use it", "set unix_sock_group = \"libvirt\" and unix_sock_rw_perms = \"0770\" in /etc/libvirt/libvirtd.conf and restart it; with systemd its socket unit does that"},
	Parts:   Trouble{"parts of libvirt do not answer: %s", "the machine needs its network, its packet filter and its storage", "start their sockets"},

	KVMCPU:      Trouble{"this processor has no help for virtual machines, or its firmware hides it", "the machine is emulated then, some 8 times slower", "in the firmware's setup (Del, F2 or F10 at power-on) switch on VT-x, AMD-V or SVM, if it is there"},
	KVMFirmware: Trouble{"the firmware has the processor's help for virtual machines switched off", "the machine is emulated then, some 8 times slower", "in the firmware's setup switch on Intel Virtualization Technology, VT-x, AMD-V or SVM mode; it is often under CPU or Advanced"},
	KVMNested:   Trouble{"this computer is a virtual machine itself and is not given the processor's help", "a machine in it is emulated, some 8 times slower", "switch on nested virtualisation for it in the hypervisor around it, or install on the real computer"},
	KVMWSL:      Trouble{"Windows does not hand KVM to this WSL", "the machine is emulated then, some 8 times slower", "Windows 11: put nestedVirtualization=true under [wsl2] into %UserProfile%\\.wslconfig, then in Windows: wsl --shutdown"},
	WSL1:        Trouble{"this is WSL 1, which has no Linux kernel", "nothing in it can run a virtual machine", "in Windows: wsl --set-version DISTRIBUTION 2"},
	KVMModule:   Trouble{"the kernel's part for KVM (%s) is not loaded", "the machine is emulated without it, some 8 times slower", "load it"},
	KVMDevice:   Trouble{"%s belongs to root alone (%s)", "QEMU runs under an account of its own that cannot open it; the machine is emulated then, some 8 times slower", "give it to the group kvm, again after each start of the computer; where udev runs it does that"},
	KVMGroup:    Trouble{"your account %q may not use KVM: it is not in the group %q", "the machine is emulated then, some 8 times slower", "join the group, then log out and in"},
	KVMLogin:    Trouble{"your account %q is in the group %q, but this login is older than that", "groups are handed out at login; until then the machine is emulated", "log out and in again, then start clawarium again"},
	KVMBroken:   Trouble{"%s", "the machine is emulated then, some 8 times slower", "often the hypervisor around this computer, or another one that runs beside KVM (VirtualBox, VMware), is the cause"},
	NoHVF:       Trouble{"this Mac offers no help for virtual machines (kern.hv_support is 0)", "the machine is emulated then, many times slower", "every Mac that runs macOS 11 or newer has it, unless it is a virtual machine itself"},

	Qemu:    Trouble{"QEMU (%s) is not installed", "it is the computer that the machine is made of", "install it, then look again"},
	QemuOld: Trouble{"this QEMU is old: %s", "clawarium was never tried with one before 6.2", "use a newer system, such as Debian 12 or Ubuntu 22.04"},
	UEFI:    Trouble{"no UEFI firmware for virtual machines is installed", "the machine starts by it, like a real computer", "install it, then look again"},
	Support: Trouble{"libvirt cannot run such a machine: %s", "what it lacks has to be installed", "install QEMU for this processor and its firmware"},
	Taken:   Trouble{"%s", "clawarium touches nothing that it has not made", "choose another name for the machine"},

	Squashfs:   Trouble{"mksquashfs is not installed", "the disk with OpenClaw, which the agent cannot write to, is packed by it", "install it, then look again"},
	ImageTools: Trouble{"an image cannot be built here: %s", "the machine's system disk begins as that image", "install what is missing, or use image.source: official"},

	MemoryShort: Trouble{"%s", "a computer without room for its own work becomes slow or ends programs", "close what you do not need, or give the machine less: machine.memory"},
	MemoryFree:  Trouble{"%s of memory are free now, and the machine takes %s", "the rest would have to be swapped out, which is slow", "close what you do not need before the machine is started"},
	DiskShort:   Trouble{"disk: %s free at %q, and the set-up takes about %s", "a disk that runs full stops the machine in the middle", "free some space there"},

	Path:   Trouble{"QEMU's account %q may not pass %s, on the way to the machine's disks in %s", "QEMU does not run as you; a home that is closed to others is closed to it, too", "let that account pass (it still cannot list the folder), or move the disks back to /var/lib/libvirt/images"},
	Denied: Trouble{"AppArmor or SELinux refused something of the machine: %s", "the machine cannot get at it, and mostly does not say why", "the log named here has the whole line"},

	Subnet:   Trouble{"the machine's network %s overlaps %s of %s", "packets would go to one of the two", "choose another: network.subnet: auto finds a free one"},
	NoSubnet: Trouble{"no private network is free on this computer: %s", "the machine needs eight addresses of its own", "often a VPN has them all: disconnect it for the set-up, or name a network that you know is free: network.subnet"},
	Port:     Trouble{"port %d of 127.0.0.1 is taken", "the machine's SSH is to be reached there", "choose another: network.sshPort: 0 finds a free one"},
	Zone:     Trouble{"firewalld does not know the zone \"libvirt\"", "libvirt refuses to start a network then", "have firewalld read its zones again"},

	Clock:       Trouble{"this computer's clock is behind: it shows %s, and %s was written at %s", "with a wrong clock no certificate and no package list is valid", "set the clock"},
	ClockOff:    Trouble{"this computer's clock is %s off, by the clock of %s", "with a wrong clock certificates and package lists are not valid", "set the clock"},
	Names:       Trouble{"the name %s cannot be resolved", "what the machine is made of comes from there", "see that this computer is online; a VPN or a proxy may be needed"},
	Connect:     Trouble{"%s cannot be reached: %s", "what the machine is made of comes from there", "see that this computer is online and that no firewall is in between; behind a proxy: network.proxy"},
	Proxy:       Trouble{"the proxy %s does not answer: %s", "the downloads are to go through it", "see network.proxy in the plan, and HTTPS_PROXY in the environment"},
	Certificate: Trouble{"%s shows a certificate that nobody known has signed; its issuer is %s", "somebody reads along, such as a company's proxy; without its certificate every download is refused", "ask for the certificate of that authority and name its file: network.ca"},

	Left: Trouble{"libvirt has things of clawarium that no machine of this account owns: %s", "another account's, or left by an earlier clawarium; they take room and names", "if nobody needs them, these remove them"},

	Install: "install what is missing", Start: "start libvirt, now and with the computer", StartNow: "start libvirt, until the computer is switched off",
	StartNowHint: "start it; nothing here starts it with the computer: after the computer's next start do the same again", GroupHint: "join the group, which is in force at once here; or use a libvirt of your own (connection: session)", JoinLibvirt: "join the group that may use libvirt",
	JoinKVM: "join the group that may use KVM", JoinBoth: "join the groups that may use libvirt and KVM", LoadModule: "load KVM", GiveDevice: "give KVM to its group",
	LetThrough: "let QEMU's account pass", SetClock: "have the clock set by the network", Anew: "start clawarium anew, here and with your answers",

	Running: "$ %s", Trace: "what was run and what it said is kept in %q",
	NoFix: "there is nothing called %q to be put right now", NoFixHint: "`clawarium preflight` lists what there is",
	NoUndo: "%q was not done by clawarium, or cannot be taken back", NoUndoHint: "`clawarium preflight --fix ID` does something first",
	FixFailed: "%q did not go through", FixFailedHint: "what it said is kept in %q",
	NoHelp: "%q was done, and what it is for is still so", NoHelpHint: "what was run is kept in %q; look again, or do it by hand",
	NoSudo: "there is no sudo on this computer", NoSudoHint: "as root: %s",
	NotRestarted: "clawarium could not be started anew", NotRestartedHint: "start it again by hand; what was done stays",
	CallAgain: "call %s again; it goes on where you are", CallAfterLogin: "log in anew, then call %s; it goes on where you are",

	Short: "Look whether this computer can hold a machine",
	Long: `Looks whether this computer can hold a machine, says what stands in the way and why it
matters, and what to type about it. What is safe clawarium can do itself: it shows the
commands, asks, runs them (with sudo), keeps their output and looks again.

Nothing is changed without --fix. Exit status: 0 ready, 1 something keeps a machine from
being made, 2 a fix did not go through, 3 not everything could be looked at, 64 the command
line is wrong, 130 interrupted.`,
	FlagFix: "put this right, by its ID; may be repeated; \"all\" is everything that can be", FlagUndo: "take back what --fix did, by its ID",
	FlagYes: "do not ask before running the commands shown", FlagSet: "a value of the plan that the computer is held against, KEY=VALUE", FlagEvidence: "save what was seen to FILE (names your account, interfaces and addresses)",
	AskFix: "Run this?", AskUndo: "Run this?", FixTitle: "To %s:",
	Fixed: "done: %s", Undone: "taken back: %s",
	AfterLogin: "log out and in again for it to be in force", AfterReboot: "restart the computer for it to be in force",
	Ready: "This computer is ready.", ReadyFair: "A machine can be made here; what is marked is worth reading.",
	NotReady:    "Things that keep a machine from being made: %d",
	Fixable:     "clawarium can do it: %s",
	EstimateIs:  "A set-up takes about %s here, downloads about %s and writes about %s.",
	YesNeedsFix: "--yes without --fix or --undo has nothing to say yes to", YesNeedsFixHint: "clawarium preflight --fix ID --yes",
	WhyIs: "why: ", DoIs: "do: ",
}

var zhPreflight = Preflight{
	AskingLibvirt: "libvirt", TryingKVM: "KVM（处理器对虚拟机的支持），试着用它启动一个极小的系统",

	Libvirt:    "libvirt %s 与 QEMU %s 在 %s 应答：%s",
	Session:    "系统的 libvirt 用不了，你自己的可以：虚拟机将在你的账户下运行",
	KVMUnasked: "按方案使用仿真；没有试用 KVM",
	HVF:        "这台 Mac 的处理器支持虚拟机（hvf）",
	Begun:      "虚拟机 %q 以前已经开始创建；已做好的会保留", NameFree: "名称 %q 可以使用",
	Memory:        "内存：虚拟机用 %s，这台电脑共有 %s",
	Disk:          "磁盘：空闲 %s（在 %q）；创建大约占用 %s，虚拟机的磁盘最多可增长到 %s",
	DiskCache:     "磁盘：空闲 %s（在 %q）；下载和制作在那里大约占用 %s",
	Tools:         "制作虚拟机磁盘所需的程序都已就绪",
	Reached:       "可以连到 %s 下载",
	Docker:        "这里有 Docker 的包过滤规则；虚拟机的网络不经过它们",
	DefaultOff:    "libvirt 的网络 \"default\" 没有启用；clawarium 不使用它",
	VPN:           "%s 的路由占用 %s；虚拟机的网络会避开它",
	MemoryUnknown: "无法读出这台电脑有多少内存", DiskUnknown: "无法读出 %q 还有多少空闲磁盘",
	NotSeen:   "无法查看%s：%s",
	ProbeName: " KVM", ToolsName: "制作磁盘的程序", AnswersName: " libvirt", CPUName: "处理器", NetworkName: "网络",
	WayOut: "将下载 Debian 的镜像；这里无法自行构建：%s",

	Absent:  Trouble{"没有安装 libvirt", "虚拟机由它运行，也由它隔离", "请安装，再看一次"},
	Restart: Trouble{"libvirt 是在 clawarium 启动之后安装的", "当时缺少的库，重新启动才找得到", "请重新启动 clawarium"},
	Down:    Trouble{"libvirt 已安装，但 %s 没有应答", "没有它的服务，就无法创建或启动虚拟机", "请启动它，并让它随电脑启动"},
	Group:   Trouble{"账户 %[2]q 不能使用 %[1]s 的 libvirt：它不在组 %[3]q 里", "libvirt 只放行这个组的成员，其他人需要密码", "请加入该组，然后注销并重新登录；或改用自己的 libvirt（connection: session）"},
	Login:   Trouble{"账户 %q 已在组 %q 里，但这次登录早于加入", "组在登录时才生效", "请注销并重新登录（只关窗口不够），再启动 clawarium"},
	Polkit:  Trouble{"%s 的 libvirt 需要 polkit 放行，而这里没有程序可以询问密码", "SSH 或文本控制台里通常没有 polkit 代理；该组的成员不需要", "请加入该组；没有 D-Bus 时，请以 root 运行 clawarium"},
	Hangs:   Trouble{"%s 的 libvirt 没有应答", "它的服务卡住了，或在等待什么", "请重启它，正在运行的虚拟机不受影响"},
	Old:     Trouble{"这个 libvirt 太旧：%s", "所需的功能从 8.0 版开始才有", "请使用 Debian 12、Ubuntu 22.04、Fedora 36 或更新的系统"},
	Refused: Trouble{"%s 的 libvirt 用不了：%s", "没有它就无法创建虚拟机", "它自己的日志有更多说明"},
	Socket:  Trouble{"libvirt 的套接字 %s 只给 root 用（权限 %s）", "没有哪个组可以加入来使用它", "请在 /etc/libvirt/libvirtd.conf 里设置 unix_sock_group = \"libvirt\" 和 unix_sock_rw_perms = \"0770\" 并重启它；有 systemd 时由套接字单元负责"},
	Parts:   Trouble{"libvirt 的这些部分没有应答：%s", "虚拟机需要它的网络、包过滤和存储", "请启动它们的套接字"},

	KVMCPU:      Trouble{"处理器不支持虚拟机，或被固件隐藏", "虚拟机只能仿真，大约慢 8 倍", "请在固件设置（开机时按 Del、F2 或 F10）里打开 VT-x、AMD-V 或 SVM（若有）"},
	KVMFirmware: Trouble{"固件关闭了处理器对虚拟机的支持", "虚拟机只能仿真，大约慢 8 倍", "请在固件设置里打开 Intel Virtualization Technology、VT-x、AMD-V 或 SVM mode，常在 CPU 或 Advanced 一栏"},
	KVMNested:   Trouble{"这台电脑本身是虚拟机，没有得到处理器的支持", "里面的虚拟机只能仿真，大约慢 8 倍", "请在外层的虚拟化软件里为它打开嵌套虚拟化，或改用真实的电脑"},
	KVMWSL:      Trouble{"Windows 没有把 KVM 交给这个 WSL", "虚拟机只能仿真，大约慢 8 倍", "Windows 11：在 %UserProfile%\\.wslconfig 的 [wsl2] 下写 nestedVirtualization=true，再在 Windows 里运行 wsl --shutdown"},
	WSL1:        Trouble{"这是 WSL 1，没有 Linux 内核", "其中无法运行虚拟机", "在 Windows 里运行 wsl --set-version DISTRIBUTION 2"},
	KVMModule:   Trouble{"内核的 KVM 部分（%s）没有加载", "没有它，虚拟机只能仿真，大约慢 8 倍", "请加载它"},
	KVMDevice:   Trouble{"%s 只属于 root（%s）", "QEMU 用自己的账户运行，打不开它，虚拟机只能仿真，大约慢 8 倍", "请把它交给 kvm 组，电脑每次开机后都要再做；有 udev 的系统会自动这样做"},
	KVMGroup:    Trouble{"账户 %q 不能使用 KVM：它不在组 %q 里", "否则虚拟机只能仿真，大约慢 8 倍", "请加入该组，然后注销并重新登录"},
	KVMLogin:    Trouble{"账户 %q 已在组 %q 里，但这次登录早于加入", "组在登录时才生效；在此之前虚拟机只能仿真", "请注销并重新登录，再启动 clawarium"},
	KVMBroken:   Trouble{"%s", "虚拟机只能仿真，大约慢 8 倍", "原因常常是外层的虚拟化软件，或同时运行的另一个（VirtualBox、VMware）"},
	NoHVF:       Trouble{"这台 Mac 不支持虚拟机（kern.hv_support 为 0）", "虚拟机只能仿真，慢很多倍", "能运行 macOS 11 或更新版本的 Mac 都支持，除非它本身是虚拟机"},

	Qemu:    Trouble{"没有安装 QEMU（%s）", "虚拟机就是由它构成的电脑", "请安装，再看一次"},
	QemuOld: Trouble{"这个 QEMU 较旧：%s", "clawarium 从未在 6.2 之前的版本上试过", "请使用更新的系统，例如 Debian 12 或 Ubuntu 22.04"},
	UEFI:    Trouble{"没有安装虚拟机用的 UEFI 固件", "虚拟机像真实的电脑一样由它启动", "请安装，再看一次"},
	Support: Trouble{"libvirt 无法运行这样的虚拟机：%s", "缺少的部分需要安装", "请安装适合此处理器的 QEMU 及其固件"},
	Taken:   Trouble{"%s", "clawarium 不碰不是它创建的东西", "请为虚拟机另选名称"},

	Squashfs:   Trouble{"没有安装 mksquashfs", "OpenClaw 所在的磁盘由它打包，智能体不能写入那里", "请安装，再看一次"},
	ImageTools: Trouble{"这里无法构建镜像：%s", "虚拟机的系统盘从这个镜像开始", "请安装缺少的部分，或使用 image.source: official"},

	MemoryShort: Trouble{"%s", "电脑自己没有余地时会变慢，或结束程序", "请关闭不需要的程序，或给虚拟机少一些：machine.memory"},
	MemoryFree:  Trouble{"内存现在空闲 %s，而虚拟机要用 %s", "其余的会被换出到磁盘，很慢", "启动虚拟机之前请关闭不需要的程序"},
	DiskShort:   Trouble{"磁盘：空闲 %s（在 %q），而创建大约需要 %s", "磁盘写满会使虚拟机中途停下", "请在那里腾出一些空间"},

	Path:   Trouble{"QEMU 的账户 %q 不能通过 %s，而虚拟机的磁盘在 %s", "QEMU 不以你的身份运行；对别人关闭的主目录，对它也是关闭的", "请让该账户通过（它仍不能列出该目录），或把磁盘移回 /var/lib/libvirt/images"},
	Denied: Trouble{"AppArmor 或 SELinux 拒绝了虚拟机的某个操作：%s", "虚拟机够不到它，而且多半不说原因", "这里提到的日志有完整的一行"},

	Subnet:   Trouble{"虚拟机的网络 %s 与 %s（%s）重叠", "数据包只会到达其中一个", "请另选：network.subnet: auto 会找到空闲的"},
	NoSubnet: Trouble{"这台电脑没有空闲的私有网络：%s", "虚拟机需要八个自己的地址", "常是 VPN 占了全部：创建时请断开它，或指定一个你知道空闲的网络：network.subnet"},
	Port:     Trouble{"127.0.0.1 的端口 %d 已被占用", "虚拟机的 SSH 要在那里连接", "请另选：network.sshPort: 0 会找到空闲的"},
	Zone:     Trouble{"firewalld 没有区域 \"libvirt\"", "这样 libvirt 会拒绝启动网络", "请让 firewalld 重新读取它的区域"},

	Clock:       Trouble{"这台电脑的时钟慢了：它显示 %s，而 %s 写于 %s", "时钟不对，证书和软件包列表都会无效", "请校准时钟"},
	ClockOff:    Trouble{"这台电脑的时钟差了 %s（与 %s 相比）", "时钟不对，证书和软件包列表会无效", "请校准时钟"},
	Names:       Trouble{"无法解析名称 %s", "制作虚拟机的内容来自那里", "请确认这台电脑已联网；可能需要 VPN 或代理"},
	Connect:     Trouble{"无法连到 %s：%s", "制作虚拟机的内容来自那里", "请确认已联网，且没有防火墙阻拦；有代理时：network.proxy"},
	Proxy:       Trouble{"代理 %s 没有应答：%s", "下载要经过它", "请查看方案里的 network.proxy 和环境变量 HTTPS_PROXY"},
	Certificate: Trouble{"%s 出示的证书不是由已知机构签发的，签发者是 %s", "有人在中间查看，例如公司的代理；没有它的证书，一切下载都会被拒绝", "请索取该机构的证书，并指定其文件：network.ca"},

	Left: Trouble{"libvirt 里有 clawarium 的东西，但不属于本账户的任何虚拟机：%s", "可能属于另一个账户，或由早先的 clawarium 留下；它们占用空间和名称", "若无人需要，下面的命令会移除它们"},

	Install: "安装缺少的部分", Start: "启动 libvirt，并让它随电脑启动", StartNow: "启动 libvirt（关机前有效）",
	StartNowHint: "请启动它；这里没有程序会让它随电脑启动，每次开机后都要再做一次", GroupHint: "请加入该组，在这里立即生效；或改用自己的 libvirt（connection: session）", JoinLibvirt: "加入可以使用 libvirt 的组",
	JoinKVM: "加入可以使用 KVM 的组", JoinBoth: "加入可以使用 libvirt 和 KVM 的组", LoadModule: "加载 KVM", GiveDevice: "把 KVM 交给它的组",
	LetThrough: "让 QEMU 的账户通过", SetClock: "让网络校准时钟", Anew: "在原处重新启动 clawarium，保留你的回答",

	Running: "$ %s", Trace: "运行的命令和输出保存在 %q",
	NoFix: "现在没有名为 %q 的问题可以解决", NoFixHint: "`clawarium preflight` 会列出可以解决的",
	NoUndo: "%q 不是由 clawarium 做的，或无法撤回", NoUndoHint: "先运行 `clawarium preflight --fix ID`，才有可撤回的",
	FixFailed: "%q 没有成功", FixFailedHint: "它的输出保存在 %q",
	NoHelp: "%q 已经做了，但要解决的问题依旧", NoHelpHint: "运行的命令保存在 %q；请再看一次，或自己动手",
	NoSudo: "这台电脑没有 sudo", NoSudoHint: "请以 root 运行：%s",
	NotRestarted: "无法重新启动 clawarium", NotRestartedHint: "请手动再次启动；已做的都保留",
	CallAgain: "请再次运行 %s，它会从这里继续", CallAfterLogin: "请重新登录后运行 %s，它会从这里继续",

	Short: "查看这台电脑能否放下虚拟机",
	Long: `查看这台电脑能否放下虚拟机，说明有什么阻碍、为什么要紧、该输入什么。安全的部分
clawarium 可以代劳：先显示命令并询问，再运行（用 sudo），保存输出，然后再看一次。

没有 --fix 就不改动任何东西。退出码：0 就绪，1 有事使虚拟机无法创建，
2 解决没有成功，3 有的无法查看，64 命令行有误，130 被中断。`,
	FlagFix: "解决这个问题（用其 ID）；可重复；\"all\" 指全部可以解决的", FlagUndo: "撤回 --fix 所做的（用其 ID）",
	FlagYes: "运行显示的命令前不再询问", FlagSet: "用来对照这台电脑的方案取值，KEY=VALUE", FlagEvidence: "把看到的保存到 FILE（含账户名、网卡和地址）",
	AskFix: "运行吗？", AskUndo: "运行吗？", FixTitle: "要%s：",
	Fixed: "已完成：%s", Undone: "已撤回：%s",
	AfterLogin: "注销并重新登录后生效", AfterReboot: "重启电脑后生效",
	Ready: "这台电脑已经就绪。", ReadyFair: "这里可以创建虚拟机；有标记的值得读一读。",
	NotReady:    "使虚拟机无法创建的事：%d",
	Fixable:     "clawarium 可以代劳：%s",
	EstimateIs:  "在这里创建大约需要 %s，下载约 %s，写入约 %s。",
	YesNeedsFix: "没有 --fix 或 --undo，--yes 没有可同意的内容", YesNeedsFixHint: "clawarium preflight --fix ID --yes",
	WhyIs: "原因：", DoIs: "请做：",
}
