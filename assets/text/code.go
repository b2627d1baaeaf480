package text

// Code is what is said while the code disk is made.
type Code struct {
	_ incomparable

	StageWait   string
	StageBuild  string
	StageVerify string
	StageFinish string

	UnknownArch        string
	UnknownArchHint    string
	NotLockfile        string
	LockVersion        string
	RemakeHint         string
	OtherPlatform      string
	OtherPlatformHint  string
	NoIntegrity        string
	WeakIntegrity      string
	LacksPackage       string
	LacksPackageHint   string
	NodeUnsuitable     string
	NodeUnsuitableHint string
	NotRegistry        string
	NotRegistryHint    string
	BadVersion         string
	BadBin             string
	DoNotUseHint       string

	NoRegistry       string
	NoRegistryHint   string
	BadRegistry      string
	BadRegistryHint  string
	RegistryPassword string

	DownloadBroken  string
	DownloadHint    string
	Missing         string
	MissingHint     string
	Refused         string
	TarballTooLarge string
	Substituted     string
	Corrupt         string
	CorruptHint     string

	BadTarball   string
	NotAFile     string
	Escapes      string
	Bomb         string
	Duplicate    string
	Trespasses   string
	BadInventory string

	NoTool           string
	NoToolHint       string
	OldTool          string
	SquashFailed     string
	SquashFailedHint string

	DiskFull        string
	DiskFullHint    string
	NoRoom          string
	DiskMissing     string
	DiskDamaged     string
	DiskDamagedHint string
}

var enCode = Code{
	StageWait:   "waiting for another clawarium that is making the code disk",
	StageBuild:  "fetching and packing OpenClaw %[1]s and Node %[2]s, %[3]d packages",
	StageVerify: "checking the code disk in the cache",
	StageFinish: "writing down what the code disk must hash to",

	UnknownArch:        "no code disk can be made for the processor %q",
	UnknownArchHint:    "use amd64 or arm64",
	NotLockfile:        "the lockfile is not readable JSON",
	LockVersion:        "the lockfile has version %d, not 3",
	RemakeHint:         "make the lockfile anew: npm install --package-lock-only --ignore-scripts, with npm 9 or newer",
	OtherPlatform:      "%[1]s does not run on %[2]s and is not optional",
	OtherPlatformHint:  "use a lockfile whose packages support this processor",
	NoIntegrity:        "the lockfile has no integrity for %s",
	WeakIntegrity:      "the lockfile has no valid SHA-512 for %s",
	LacksPackage:       "the lockfile does not hold %q",
	LacksPackageHint:   "add it: npm install --package-lock-only --ignore-scripts %s",
	NodeUnsuitable:     "node %[1]s does not suit openclaw %[2]s, which asks for %[3]q",
	NodeUnsuitableHint: "use a lockfile with a node in the range %q",
	NotRegistry:        "%[1]q does not come from a registry but from %[2]q",
	NotRegistryHint:    "only packages of a registry can go on the code disk; replace links, folders and git addresses by published versions",
	BadVersion:         "the lockfile's entry %[1]q is not a valid package: name %[2]q, version %[3]q",
	BadBin:             "%[1]s wants the command %[2]q to lead to %[3]q, outside itself",
	DoNotUseHint:       "do not use this package; tell its publisher, and go back to a lockfile that worked",

	NoRegistry:       "no npm registry is set",
	NoRegistryHint:   "set openclaw.registry in the plan, or the environment variable npm_config_registry",
	BadRegistry:      "%q is not the address of an npm registry",
	BadRegistryHint:  "give an address that begins with https:// or http:// and has no password in it",
	RegistryPassword: "the registry's address has a password in it: %q",

	DownloadBroken:  "the download of %[1]s from %[2]s broke off",
	DownloadHint:    "check the network and the proxy, then run the same command again: what has arrived is kept",
	Missing:         "%[1]s is not on %[2]s",
	MissingHint:     "choose another registry: set openclaw.registry in the plan",
	Refused:         "%[2]s does not hand out %[1]s: %[3]s",
	TarballTooLarge: "%[1]s is larger than %[2]d bytes",
	Substituted:     "instead of %[1]s the registry sent %[2]s",
	Corrupt:         "%[1]s is not what the lockfile says: %[2]d bytes arrived with SHA-512 %[3]s, expected %[4]s",
	CorruptHint:     "nothing of it was used; if a second try says the same, choose another registry and tell the operator of this one",

	BadTarball:   "the tarball of %s is damaged inside",
	NotAFile:     "the tarball of %[1]s holds a link or device, %[2]q",
	Escapes:      "the tarball of %[1]s holds the path %[2]q, which leads outside or cannot be trusted",
	Bomb:         "%[1]s unpacks to more than %[2]d bytes or %[3]d files",
	Duplicate:    "the tarball of %[1]s holds %[2]q twice, with different content",
	Trespasses:   "the tarball of %[1]s writes %[2]q into the place of another package, %[3]q",
	BadInventory: "the list %[2]q in %[1]s is not readable",

	NoTool:           "the program %q is not installed",
	NoToolHint:       "install squashfs-tools: sudo apt-get install squashfs-tools, or brew install squashfs",
	OldTool:          "%[1]s is too old, version %[2]q; 4.5 is needed",
	SquashFailed:     "mksquashfs gave up: %s",
	SquashFailedHint: "run the same command again; if it gives up again, report the line above",

	DiskFull:        "the disk is full at %q",
	DiskFullHint:    "free some space there and run the same command again: what has arrived is kept",
	NoRoom:          "%[1]q has %[2]d MiB free, the code disk needs %[3]d MiB",
	DiskMissing:     "the code disk %q is gone",
	DiskDamaged:     "the code disk %[1]q is damaged: its SHA-256 is %[2]s, expected %[3]s",
	DiskDamagedHint: "it is made anew by the next clawarium setup",
}

var zhCode = Code{
	StageWait:   "正在等待另一个 clawarium 制作代码盘",
	StageBuild:  "正在获取并打包 OpenClaw %[1]s 和 Node %[2]s，共 %[3]d 个软件包",
	StageVerify: "正在核对缓存中的代码盘",
	StageFinish: "正在记录代码盘应有的哈希值",

	UnknownArch:        "无法为处理器 %q 制作代码盘",
	UnknownArchHint:    "请使用 amd64 或 arm64",
	NotLockfile:        "锁定文件不是可读的 JSON",
	LockVersion:        "锁定文件的版本是 %d，而不是 3",
	RemakeHint:         "请用 npm 9 或更新版本重新生成锁定文件：npm install --package-lock-only --ignore-scripts",
	OtherPlatform:      "%[1]s 不能在 %[2]s 上运行，而且不是可选的",
	OtherPlatformHint:  "请换用其软件包支持此处理器的锁定文件",
	NoIntegrity:        "锁定文件缺少这些软件包的完整性哈希：%s",
	WeakIntegrity:      "锁定文件没有这些软件包的有效 SHA-512：%s",
	LacksPackage:       "锁定文件里没有 %q",
	LacksPackageHint:   "请加入：npm install --package-lock-only --ignore-scripts %s",
	NodeUnsuitable:     "node %[1]s 不适合 openclaw %[2]s，它要求 %[3]q",
	NodeUnsuitableHint: "请换用 node 版本在 %q 范围内的锁定文件",
	NotRegistry:        "%[1]q 不是来自软件源，而是来自 %[2]q",
	NotRegistryHint:    "代码盘只能放软件源里的软件包；请把链接、文件夹和 git 地址换成已发布的版本",
	BadVersion:         "锁定文件的条目 %[1]q 不是有效的软件包：名称 %[2]q，版本 %[3]q",
	BadBin:             "%[1]s 想让命令 %[2]q 指向它自身之外的 %[3]q",
	DoNotUseHint:       "不要使用这个软件包；请告知其发布者，并换回之前可用的锁定文件",

	NoRegistry:       "没有设置 npm 软件源",
	NoRegistryHint:   "请在方案里设置 openclaw.registry，或设置环境变量 npm_config_registry",
	BadRegistry:      "%q 不是 npm 软件源的地址",
	BadRegistryHint:  "请给出以 https:// 或 http:// 开头、不含密码的地址",
	RegistryPassword: "软件源的地址里有密码：%q",

	DownloadBroken:  "从 %[2]s 下载 %[1]s 时中断",
	DownloadHint:    "请检查网络和代理，然后再次运行同一命令：已下载的内容会保留",
	Missing:         "%[2]s 上没有 %[1]s",
	MissingHint:     "请换一个软件源：在方案里设置 openclaw.registry",
	Refused:         "%[2]s 不提供 %[1]s：%[3]s",
	TarballTooLarge: "%[1]s 大于 %[2]d 字节",
	Substituted:     "软件源发来的不是 %[1]s，而是 %[2]s",
	Corrupt:         "%[1]s 与锁定文件不符：收到 %[2]d 字节，SHA-512 为 %[3]s，应为 %[4]s",
	CorruptHint:     "其中没有任何内容被使用；如果再试一次结果相同，请换一个软件源，并告知这个软件源的运营者",

	BadTarball:   "%s 的压缩包内部已损坏",
	NotAFile:     "%[1]s 的压缩包里有链接或设备文件 %[2]q",
	Escapes:      "%[1]s 的压缩包里有路径 %[2]q，它指向外部或不可信",
	Bomb:         "%[1]s 解压后超过 %[2]d 字节或 %[3]d 个文件",
	Duplicate:    "%[1]s 的压缩包里 %[2]q 出现了两次，内容不同",
	Trespasses:   "%[1]s 的压缩包要把 %[2]q 写到另一个软件包 %[3]q 的位置",
	BadInventory: "%[1]s 里的清单 %[2]q 无法读取",

	NoTool:           "没有安装程序 %q",
	NoToolHint:       "请安装 squashfs-tools：sudo apt-get install squashfs-tools，或 brew install squashfs",
	OldTool:          "%[1]s 太旧，版本为 %[2]q；需要 4.5",
	SquashFailed:     "mksquashfs 中止：%s",
	SquashFailedHint: "请再次运行同一命令；如果仍然中止，请报告上面一行",

	DiskFull:        "%q 所在的磁盘已满",
	DiskFullHint:    "请腾出一些空间，然后再次运行同一命令：已下载的内容会保留",
	NoRoom:          "%[1]q 还剩 %[2]d MiB，代码盘需要 %[3]d MiB",
	DiskMissing:     "代码盘 %q 不见了",
	DiskDamaged:     "代码盘 %[1]q 已损坏：SHA-256 为 %[2]s，应为 %[3]s",
	DiskDamagedHint: "下一次 clawarium setup 会重新制作它",
}
