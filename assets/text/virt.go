package text

// Virt is what is said about libvirt and the virtual machine on the host.
type Virt struct {
	_ incomparable

	Absent, AbsentHint         string // the libvirt library cannot be loaded
	Down, DownHint             string // nothing answers at the socket; %q address
	DownSessionHint            string
	NoDriver, NoDriverHint     string // %q address
	Denied, DeniedHint         string // %q address
	Timeout, TimeoutHint       string // %q call, %s limit, %q address
	TooOld, TooOldHint         string // %q call or version
	NotFound, NotFoundHint     string // %q name
	Refused, RefusedHint       string // %q call
	NoFirmware, NoFirmwareHint string
	NoEmulator, NoEmulatorHint string // %q architecture, %q type
	NoSpace, NoSpaceHint       string // %q call
	Closed                     string // %q address

	RootSession, RootSessionHint string
	BadWant, BadWantHint         string // %q value
	ChoseSystem                  string
	ChoseSystemAsked             string
	ChoseSession                 string // %s why not system
	ChoseSessionAsked            string
	ChoseSessionMac              string

	ForeignDomain, ForeignHint string // %q name
	ForeignUUID                string // %q name, %q theirs, %q ours
	ForeignNetwork             string // %q name
	ForeignFilter              string // %q name
	ForeignPool                string // %q name, %q its path, %q ours
	ForeignPoolHint            string
	NetworkDiffers             string // %q name
	NetworkDiffersHint         string
	FilterBusy, FilterBusyHint string // %q name
	PoolNotEmpty               string // %q name, %d volumes
	PoolNotEmptyHint           string
	NoSubnet, NoSubnetHint     string
	BadSpec, BadSpecHint       string // %s field, %q value
	BadName, BadNameHint       string // %q volume name
	VolumeThere                string // %q volume, %q pool
	VolumeThereHint            string
	VolumeDamaged              string // %q volume
	VolumeDamagedHint          string
	Running, RunningHint       string // %q machine
	NotRunning, NotRunningHint string // %q machine
	StillRunning               string // %q machine, %s time waited
	StillRunningHint           string
	SeedStays, SeedStaysHint   string // %q machine, %s time waited

	KVMUsable      string // %s time
	KVMNoDevice    string // %q path
	KVMNoAccess    string // %q path
	KVMNoQEMU      string // %q program
	KVMNoFirmware  string
	KVMHangs       string // %s limit
	KVMBreaks      string // %s last line of qemu
	KVMForeignArch string // %q architecture
	KVMInterrupted string
}

var enVirt = Virt{
	Absent:          "the libvirt library is not installed",
	AbsentHint:      "Debian and Ubuntu: sudo apt install libvirt-daemon-system qemu-system ovmf; Fedora: sudo dnf install libvirt-daemon-kvm; then run clawarium again",
	Down:            "no libvirt daemon answers at %q",
	DownHint:        "`clawarium preflight` says how to start it on this computer",
	DownSessionHint: "install the daemon: sudo apt install libvirt-daemon (Fedora: sudo dnf install libvirt-daemon-kvm), and see that XDG_RUNTIME_DIR is set",
	NoDriver:        "libvirt is there, but it cannot do %q",
	NoDriverHint:    "Debian and Ubuntu: sudo apt install libvirt-daemon-system qemu-system; Fedora: sudo dnf install libvirt-daemon-kvm",
	Denied:          "libvirt at %q does not let you in",
	DeniedHint:      "sudo usermod -aG libvirt \"$USER\", then log out and in again; or choose connection: session",
	Timeout:         "libvirt at %[3]q did not answer %[1]q within %[2]s",
	TimeoutHint:     "see what holds it: sudo systemctl status libvirtd; restarting it (sudo systemctl restart libvirtd) leaves running machines alone; then run the same command again",
	TooOld:          "this libvirt is too old for clawarium: %q",
	TooOldHint:      "clawarium needs libvirt 8.0 or newer: Debian 12, Ubuntu 22.04, Fedora 36",
	NotFound:        "libvirt has no %q",
	NotFoundHint:    "clawarium setup makes what is missing",
	Refused:         "libvirt refused %q",
	RefusedHint:     "the daemon's own log says more: sudo journalctl -u libvirtd -u virtqemud -n 30",
	NoFirmware:      "no UEFI firmware for virtual machines is installed",
	NoFirmwareHint:  "Debian and Ubuntu: sudo apt install ovmf (on ARM: qemu-efi-aarch64); Fedora: sudo dnf install edk2-ovmf (on ARM: edk2-aarch64)",
	NoEmulator:      "libvirt can run no %q machine of type %q",
	NoEmulatorHint:  "Debian and Ubuntu: sudo apt install qemu-system-x86 (on ARM: qemu-system-arm); Fedora: sudo dnf install qemu-kvm",
	NoSpace:         "no space left while libvirt did %q",
	NoSpaceHint:     "free some space (df -h), then run the same command again",
	Closed:          "the connection to %q is closed",

	RootSession:       "qemu:///session as root would take the place of the system's libvirt daemon",
	RootSessionHint:   "use connection: system, or run clawarium as an ordinary user",
	BadWant:           "there is no libvirt connection %q",
	BadWantHint:       "use auto, system or session",
	ChoseSystem:       "libvirt's system service can be used: the machine runs under an account of its own",
	ChoseSystemAsked:  "libvirt's system service, as the plan says: the machine runs under an account of its own",
	ChoseSession:      "libvirt's system service cannot be used (%s), so the machine runs under your own account: if it broke out of its hypervisor, it could read your files, where with the system service it could not",
	ChoseSessionAsked: "libvirt's session service, as the plan says: the machine runs under your own account; if it broke out of its hypervisor, it could read your files, where with the system service it could not",
	ChoseSessionMac:   "libvirt's session service, the only one on macOS: the machine runs under your own account",

	ForeignDomain:      "a virtual machine called %q exists and was not made by clawarium",
	ForeignHint:        "clawarium leaves it alone: choose another name for the machine",
	ForeignUUID:        "a virtual machine called %[1]q exists with UUID %[2]q, not %[3]q",
	ForeignNetwork:     "a network called %q exists and was not made by clawarium for this machine",
	ForeignFilter:      "a network filter called %q exists and was not made by clawarium for this machine",
	ForeignPool:        "a storage pool called %[1]q exists at %[2]q, not at %[3]q",
	ForeignPoolHint:    "clawarium leaves it alone: rename it, or remove it if nothing uses it",
	NetworkDiffers:     "the network %q is not as it should be and is in use",
	NetworkDiffersHint: "stop the machine, then run the same command again",
	FilterBusy:         "the network filter %q is in use",
	FilterBusyHint:     "stop and remove the machine that uses it first",
	PoolNotEmpty:       "the storage pool %q still holds %d volumes",
	PoolNotEmptyHint:   "another machine uses them, or the data disks were kept",
	NoSubnet:           "no private subnet is free on this computer",
	NoSubnetHint:       "name one in the plan: network.subnet: 10.77.0.0/29",
	BadSpec:            "the machine's %s cannot be %q",
	BadSpecHint:        "this is a mistake in clawarium: please report it with this line",
	BadName:            "%q is not a name for a volume",
	BadNameHint:        "letters, digits, dots, hyphens and underscores only",
	VolumeThere:        "the volume %q exists in the storage pool %q",
	VolumeThereHint:    "run the same command again: clawarium checks the volume and goes on",
	VolumeDamaged:      "the volume %q is not what was written to it",
	VolumeDamagedHint:  "delete it and write it again; if it happens twice, check the disk (sudo smartctl -a)",
	Running:            "the machine %q is running",
	RunningHint:        "clawarium stop",
	NotRunning:         "the machine %q is not running",
	NotRunningHint:     "clawarium start",
	StillRunning:       "the machine %q still runs, %s after it was asked to stop",
	StillRunningHint:   "clawarium stop --force pulls its plug",
	SeedStays:          "the machine %q did not let go of its seed disk within %s",
	SeedStaysHint:      "it goes when the machine is next stopped: clawarium stop && clawarium start",

	KVMUsable:      "KVM works: a guest started its firmware in %s",
	KVMNoDevice:    "KVM is not there: this computer has no %q",
	KVMNoAccess:    "KVM is there but you may not use it: %q cannot be opened (sudo usermod -aG kvm \"$USER\", then log in again)",
	KVMNoQEMU:      "KVM was not tried: %q is not installed",
	KVMNoFirmware:  "KVM was not tried: no UEFI firmware for virtual machines is installed",
	KVMHangs:       "KVM is there but does not work: a guest stood still in its firmware for %s",
	KVMBreaks:      "KVM is there but does not work: %s",
	KVMForeignArch: "KVM cannot run a %q guest on this computer",
	KVMInterrupted: "KVM was not tried to the end: interrupted",
}

var zhVirt = Virt{
	Absent:          "没有安装 libvirt 库",
	AbsentHint:      "Debian 和 Ubuntu：sudo apt install libvirt-daemon-system qemu-system ovmf；Fedora：sudo dnf install libvirt-daemon-kvm；然后再次运行 clawarium",
	Down:            "%q 处没有 libvirt 守护进程应答",
	DownHint:        "`clawarium preflight` 会说明在这台电脑上怎样启动它",
	DownSessionHint: "请安装守护进程：sudo apt install libvirt-daemon（Fedora：sudo dnf install libvirt-daemon-kvm），并确认已设置 XDG_RUNTIME_DIR",
	NoDriver:        "已有 libvirt，但它不支持 %q",
	NoDriverHint:    "Debian 和 Ubuntu：sudo apt install libvirt-daemon-system qemu-system；Fedora：sudo dnf install libvirt-daemon-kvm",
	Denied:          "%q 处的 libvirt 不允许你访问",
	DeniedHint:      "sudo usermod -aG libvirt \"$USER\"，然后注销并重新登录；或选择 connection: session",
	Timeout:         "%[3]q 处的 libvirt 在 %[2]s 内没有应答 %[1]q",
	TimeoutHint:     "查看是什么卡住了它：sudo systemctl status libvirtd；重启它（sudo systemctl restart libvirtd）不影响正在运行的虚拟机；然后再次运行同一命令",
	TooOld:          "此 libvirt 对 clawarium 来说太旧：%q",
	TooOldHint:      "clawarium 需要 libvirt 8.0 或更新版本：Debian 12、Ubuntu 22.04、Fedora 36",
	NotFound:        "libvirt 中没有 %q",
	NotFoundHint:    "clawarium setup 会补上缺少的部分",
	Refused:         "libvirt 拒绝了 %q",
	RefusedHint:     "守护进程自己的日志有更多信息：sudo journalctl -u libvirtd -u virtqemud -n 30",
	NoFirmware:      "没有安装虚拟机用的 UEFI 固件",
	NoFirmwareHint:  "Debian 和 Ubuntu：sudo apt install ovmf（ARM：qemu-efi-aarch64）；Fedora：sudo dnf install edk2-ovmf（ARM：edk2-aarch64）",
	NoEmulator:      "libvirt 无法运行 %q 架构、%q 类型的虚拟机",
	NoEmulatorHint:  "Debian 和 Ubuntu：sudo apt install qemu-system-x86（ARM：qemu-system-arm）；Fedora：sudo dnf install qemu-kvm",
	NoSpace:         "libvirt 执行 %q 时空间不足",
	NoSpaceHint:     "请腾出空间(df -h),然后再次运行同一命令",
	Closed:          "到 %q 的连接已关闭",

	RootSession:       "以 root 身份使用 qemu:///session 会顶替系统的 libvirt 守护进程",
	RootSessionHint:   "请使用 connection: system，或以普通用户身份运行 clawarium",
	BadWant:           "没有名为 %q 的 libvirt 连接",
	BadWantHint:       "请使用 auto、system 或 session",
	ChoseSystem:       "可以使用 libvirt 的系统服务：虚拟机在自己专用的账户下运行",
	ChoseSystemAsked:  "按方案使用 libvirt 的系统服务：虚拟机在自己专用的账户下运行",
	ChoseSession:      "无法使用 libvirt 的系统服务（%s），因此虚拟机在你自己的账户下运行：万一它突破了虚拟化层，就能读取你的文件；使用系统服务时则不能",
	ChoseSessionAsked: "按方案使用 libvirt 的会话服务：虚拟机在你自己的账户下运行；万一它突破了虚拟化层，就能读取你的文件；使用系统服务时则不能",
	ChoseSessionMac:   "使用 libvirt 的会话服务(macOS 上只有它):虚拟机在你自己的账户下运行",

	ForeignDomain:      "已有名为 %q 的虚拟机，它不是 clawarium 创建的",
	ForeignHint:        "clawarium 不会动它：请为虚拟机另选一个名字",
	ForeignUUID:        "已有名为 %[1]q 的虚拟机，其 UUID 是 %[2]q，而不是 %[3]q",
	ForeignNetwork:     "已有名为 %q 的网络，它不是 clawarium 为这台虚拟机创建的",
	ForeignFilter:      "已有名为 %q 的网络过滤器，它不是 clawarium 为这台虚拟机创建的",
	ForeignPool:        "已有名为 %[1]q 的存储池，它位于 %[2]q，而不是 %[3]q",
	ForeignPoolHint:    "clawarium 不会动它：请将其改名，或在无人使用时删除",
	NetworkDiffers:     "网络 %q 与应有的样子不符，并且正在使用中",
	NetworkDiffersHint: "请先停止虚拟机，然后再次运行同一命令",
	FilterBusy:         "网络过滤器 %q 正在使用中",
	FilterBusyHint:     "请先停止并移除使用它的虚拟机",
	PoolNotEmpty:       "存储池 %q 中还有 %d 个卷",
	PoolNotEmptyHint:   "另一台虚拟机正在使用它们，或者数据盘被保留了下来",
	NoSubnet:           "这台电脑上没有空闲的私有子网",
	NoSubnetHint:       "请在方案中指定一个：network.subnet: 10.77.0.0/29",
	BadSpec:            "虚拟机的 %s 不能是 %q",
	BadSpecHint:        "这是 clawarium 的错误：请附上这一行报告给我们",
	BadName:            "%q 不能用作卷名",
	BadNameHint:        "只能使用字母、数字、点、连字符和下划线",
	VolumeThere:        "卷 %q 已存在于存储池 %q 中",
	VolumeThereHint:    "请再次运行同一命令：clawarium 会检查该卷并继续",
	VolumeDamaged:      "卷 %q 的内容与写入的不一致",
	VolumeDamagedHint:  "请删除并重新写入；如果再次发生，请检查磁盘（sudo smartctl -a）",
	Running:            "虚拟机 %q 正在运行",
	RunningHint:        "clawarium stop",
	NotRunning:         "虚拟机 %q 没有运行",
	NotRunningHint:     "clawarium start",
	StillRunning:       "要求虚拟机 %q 停止 %s 后，它仍在运行",
	StillRunningHint:   "clawarium stop --force 会直接断电",
	SeedStays:          "虚拟机 %q 在 %s 内没有释放种子盘",
	SeedStaysHint:      "下次停止虚拟机时它会消失：clawarium stop && clawarium start",

	KVMUsable:      "KVM 可用：一台虚拟机用 %s 启动了固件",
	KVMNoDevice:    "没有 KVM：这台电脑上没有 %q",
	KVMNoAccess:    "有 KVM，但你无权使用：无法打开 %q（sudo usermod -aG kvm \"$USER\"，然后重新登录）",
	KVMNoQEMU:      "没有试用 KVM：未安装 %q",
	KVMNoFirmware:  "没有试用 KVM：未安装虚拟机用的 UEFI 固件",
	KVMHangs:       "有 KVM，但不可用：虚拟机在固件中停滞了 %s",
	KVMBreaks:      "有 KVM，但不可用：%s",
	KVMForeignArch: "这台电脑上的 KVM 无法运行 %q 虚拟机",
	KVMInterrupted: "KVM 的试用没有完成：被中断",
}
