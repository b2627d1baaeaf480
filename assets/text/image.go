package text

// Image is what is said about base images: downloading, building and checking
// them.
type Image struct {
	_ incomparable

	// Stages.
	Hashing     string // 1 file name
	Downloading string // 1 file name, 2 host name
	Resuming    string // 1 file name, 2 host name
	Waiting     string // 1 file name
	Copying     string // 1 file name
	Converting  string // 1 file name
	Listing     string // 1 host name
	Fetching    string // fetching Debian packages
	Installing  string
	Finishing   string
	Assembling  string

	// Notes: why this image.
	NotePinned    string // 1 release
	NotePublisher string // 1 file name
	NoteFile      string // 1 path
	NoteFileFree  string // 1 path
	NoteBuilt     string // 1 suite, 2 how many packages
	NoteBuiltAuto string // 1 suite, 2 how many packages, 3 why not official

	// Log lines.
	CacheDamaged string // 1 path
	Retrying     string // 1 host name, 2 cause
	MirrorFailed string // 1 URL, 2 cause

	// Faults.
	UnknownSource     string
	UnknownSourceHint string
	NoArch            string
	NoArchHint        string
	BadPin            string
	BadPinHint        string

	Wrong           string // 1 path
	WrongHint       string
	Gone            string
	GoneHint        string
	WrongFrom       string // 1 URL
	WrongFromHint   string
	NotPinned       string // 1 path
	NotPinnedHint   string
	NoSpace         string // 1 directory, 2 needed, 3 free
	NoSpaceHint     string // 1 directory
	DiskFull        string // 1 directory
	DiskFullHint    string // 1 directory
	HTTPStatus      string // 1 URL, 2 status
	Stalled         string // 1 URL, 2 duration
	CutShort        string // 1 URL
	TooLong         string // 1 URL, 2 bytes
	NoneAnswered    string
	NoneAnswerHint  string
	NotListed       string // 1 URL, 2 file
	NotListedHint   string
	NotTLS          string // 1 URL
	NotTLSHint      string
	NotInCatalogue  string
	Unusable        string // 1 path
	Backing         string // 1 path
	BackingHint     string // 1 path
	External        string
	ExternalHint    string
	Encrypted       string
	EncryptedHint   string
	Dirty           string // 1 path
	DirtyHint       string // 1 path
	Snapshots       string
	SnapshotsHint   string // 1 path
	Format          string // 1 path, 2 format
	FormatHint      string // 1 path, 2 format
	NotBootable     string
	NotBootableHint string
	TooLarge        string // 1 path, 2 size
	TooLargeHint    string
	Malformed       string // 1 path, 2 why
	MalformedHint   string
	NoFile          string
	NoFileHint      string
	NotAFile        string

	NoProgram        string // 1 program
	NoProgramHint    string // 1 package
	ProgramFailed    string // 1 program, 2 last lines
	ProgramHint      string
	NoDebianSources  string
	NoDebianHint     string
	NoKeyring        string // 1 path
	NoKeyringHint    string
	ForeignArch      string // 1 wanted, 2 this one
	ForeignArchHint  string
	NoSubordinate    string // 1 user
	NoSubordinateFix string // 1 user
	NotOnThisSystem  string
	NotOnThisHint    string
}

var enImage = Image{
	Hashing:     "checking %[1]s",
	Downloading: "downloading %[1]s from %[2]s",
	Resuming:    "going on with %[1]s from %[2]s",
	Waiting:     "another clawarium is fetching %[1]s; waiting for it",
	Copying:     "copying %[1]s",
	Converting:  "converting %[1]s to qcow2",
	Listing:     "asking %[1]s for its current image",
	Fetching:    "fetching Debian packages",
	Installing:  "installing Debian packages into the image",
	Finishing:   "finishing the image",
	Assembling:  "writing the disk",

	NotePinned:    "Debian's official image, release %[1]s, the very one that clawarium was released with",
	NotePublisher: "Debian's current official image (%[1]s): publisher's list, not pinned",
	NoteFile:      "your file %[1]s, equal to the SHA-512 in the plan",
	NoteFileFree:  "your file %[1]s; its SHA-512 is recorded, with nothing to compare it with",
	NoteBuilt:     "built on this computer from %[2]d signed Debian packages (%[1]s)",
	NoteBuiltAuto: "built on this computer from %[2]d signed Debian packages (%[1]s), because the official image could not be had: %[3]s",

	CacheDamaged: "%[1]s is not what was stored there; it is made again",
	Retrying:     "trying %[1]s again: %[2]s",
	MirrorFailed: "%[1]s was no use: %[2]s",

	UnknownSource:     "there is no image source %q",
	UnknownSourceHint: "set image.source to auto, official, build or file",
	NoArch:            "there is no image for the architecture %q",
	NoArchHint:        "images exist for amd64 and arm64; give your own with image.source: file",
	BadPin:            "%q is not a SHA-512",
	BadPinHint:        "image.sha512 takes the 128 hexadecimal digits that sha512sum prints",

	Wrong:           "%q is not the image that was stored there",
	WrongHint:       "the cached file was changed or damaged: delete it and run the same command again, it will be made anew",
	Gone:            "the image %q is not there any more",
	GoneHint:        "run the same command again, it will be made anew",
	WrongFrom:       "%q sent another file than the pinned one",
	WrongFromHint:   "nothing of it was kept: remove that mirror from image.mirrors, or try again later",
	NotPinned:       "%q is not the file that image.sha512 pins",
	NotPinnedHint:   "get the file again, or correct image.sha512 after checking it with sha512sum",
	NoSpace:         "%q has %[3]s free and the image needs %[2]s",
	NoSpaceHint:     "free some space; this shows what is there: df -h %[1]s",
	DiskFull:        "the disk of %q is full",
	DiskFullHint:    "free some space (df -h %[1]s) and run the same command again: it goes on where it stopped",
	HTTPStatus:      "%q answered %[2]s",
	Stalled:         "%q sent nothing for %[2]s",
	CutShort:        "%q ended before the file did",
	TooLong:         "%q sent more than the %[2]d bytes it had announced",
	NoneAnswered:    "the official image could not be had from any of its addresses",
	NoneAnswerHint:  "check the connection (and image.mirrors), or have the image built here: set image.source to build",
	NotListed:       "%q does not list %[2]q",
	NotListedHint:   "the publisher's directory is being changed: try again later, or set image.source to build",
	NotTLS:          "%q is not reached over TLS, so its list proves nothing",
	NotTLSHint:      "the publisher's list is taken over https only: check the proxy, or set image.source to build",
	NotInCatalogue:  "the publisher's image is not the one that image.sha512 pins",
	Unusable:        "%q cannot be used as a base image",
	Backing:         "%q needs another image behind it (backing file)",
	BackingHint:     "make it one file first: qemu-img convert -O qcow2 %[1]s whole.qcow2",
	External:        "%q keeps its data in another file",
	ExternalHint:    "make it one file first: qemu-img convert -O qcow2 %[1]s whole.qcow2",
	Encrypted:       "%q is encrypted",
	EncryptedHint:   "give an image that is not encrypted; encrypt the host's disk instead",
	Dirty:           "%q was not closed properly or is marked corrupt",
	DirtyHint:       "shut down whatever uses it, then look with: qemu-img check %[1]s",
	Snapshots:       "%q has snapshots in it",
	SnapshotsHint:   "make a plain copy of its current state: qemu-img convert -O qcow2 %[1]s plain.qcow2",
	Format:          "%q has the format %[2]s, which is not taken",
	FormatHint:      "convert it: qemu-img convert -f %[2]s -O qcow2 %[1]s image.qcow2",
	NotBootable:     "%q is neither qcow2 nor a disk with a partition table",
	NotBootableHint: "give a Debian 13 cloud image as qcow2 or raw; a compressed one must be unpacked first",
	TooLarge:        "%q is a disk of %[2]s, and 2 TiB is the most that is taken",
	TooLargeHint:    "give a smaller image; the machine's own disk can be larger than its image",
	Malformed:       "%q is damaged: %[2]s",
	MalformedHint:   "get the file again and compare its SHA-512 with the publisher's",
	NoFile:          "no file is named for the image",
	NoFileHint:      "set image.file to the path of a qcow2 or raw image",
	NotAFile:        "%q is not a regular file",

	NoProgram:        "the program %q is not installed",
	NoProgramHint:    "sudo apt-get install %[1]s",
	ProgramFailed:    "%[1]s ended with an error; its last words: %[2]s",
	ProgramHint:      "the log has all of its output; a full disk and an unreachable package mirror are the usual causes",
	NoDebianSources:  "this computer's apt knows no Debian archive to build from",
	NoDebianHint:     "building needs a Debian host; set image.source to official, or to file with image.file",
	NoKeyring:        "the keyring %q, which proves Debian's packages, is not there",
	NoKeyringHint:    "sudo apt-get install debian-archive-keyring",
	ForeignArch:      "an image for %[1]s cannot be built on %[2]s",
	ForeignArchHint:  "set image.source to official, or to file with image.file",
	NoSubordinate:    "the account %q has no subordinate user ids, which building without root needs",
	NoSubordinateFix: "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 %[1]s",
	NotOnThisSystem:  "images are built on Linux only",
	NotOnThisHint:    "set image.source to official, or to file with image.file",
}

var zhImage = Image{
	Hashing:     "正在校验 %[1]s",
	Downloading: "正在从 %[2]s 下载 %[1]s",
	Resuming:    "正在从 %[2]s 继续下载 %[1]s",
	Waiting:     "另一个 clawarium 正在获取 %[1]s，等它完成",
	Copying:     "正在复制 %[1]s",
	Converting:  "正在把 %[1]s 转换为 qcow2",
	Listing:     "正在向 %[1]s 查询当前镜像",
	Fetching:    "正在获取 Debian 软件包",
	Installing:  "正在把 Debian 软件包装入镜像",
	Finishing:   "正在完成镜像",
	Assembling:  "正在写出磁盘",

	NotePinned:    "Debian 官方镜像，版本 %[1]s，即 clawarium 发布时选定的那一个",
	NotePublisher: "Debian 当前的官方镜像（%[1]s）：依据发布者的清单，未经固定",
	NoteFile:      "你的文件 %[1]s，与方案中的 SHA-512 一致",
	NoteFileFree:  "你的文件 %[1]s；已记录其 SHA-512，但没有可比对的值",
	NoteBuilt:     "在本机用 %[2]d 个带签名的 Debian 软件包构建（%[1]s）",
	NoteBuiltAuto: "在本机用 %[2]d 个带签名的 Debian 软件包构建（%[1]s），因为无法取得官方镜像：%[3]s",

	CacheDamaged: "%[1]s 已不是当初存放的内容，将重新制作",
	Retrying:     "正在重试 %[1]s：%[2]s",
	MirrorFailed: "%[1]s 不可用：%[2]s",

	UnknownSource:     "没有名为 %q 的镜像来源",
	UnknownSourceHint: "请把 image.source 设为 auto、official、build 或 file",
	NoArch:            "没有适用于架构 %q 的镜像",
	NoArchHint:        "现有 amd64 和 arm64 的镜像；也可用 image.source: file 提供自己的镜像",
	BadPin:            "%q 不是 SHA-512",
	BadPinHint:        "image.sha512 应为 sha512sum 输出的 128 位十六进制数字",

	Wrong:           "%q 已不是当初存放的镜像",
	WrongHint:       "缓存文件被改动或损坏：请删除它并再次运行同一命令，它会被重新制作",
	Gone:            "镜像 %q 已不存在",
	GoneHint:        "请再次运行同一命令，它会被重新制作",
	WrongFrom:       "%q 发来的不是所固定的文件",
	WrongFromHint:   "其内容没有保留：请从 image.mirrors 中去掉该镜像站，或稍后再试",
	NotPinned:       "%q 不是 image.sha512 所固定的文件",
	NotPinnedHint:   "请重新取得该文件，或用 sha512sum 核对后更正 image.sha512",
	NoSpace:         "%q 剩余 %[3]s，而镜像需要 %[2]s",
	NoSpaceHint:     "请腾出空间；用此命令查看：df -h %[1]s",
	DiskFull:        "%q 所在的磁盘已满",
	DiskFullHint:    "请腾出空间（df -h %[1]s），再运行同一命令：会从中断处继续",
	HTTPStatus:      "%q 的回应是 %[2]s",
	Stalled:         "%q 在 %[2]s 内没有发来任何数据",
	CutShort:        "%q 在文件完结之前就断开了",
	TooLong:         "%q 发来的数据超过了它所声明的 %[2]d 字节",
	NoneAnswered:    "从任何一个地址都无法取得官方镜像",
	NoneAnswerHint:  "请检查网络连接（以及 image.mirrors），或在本机构建：把 image.source 设为 build",
	NotListed:       "%q 中没有列出 %[2]q",
	NotListedHint:   "发布者的目录正在变动：请稍后再试，或把 image.source 设为 build",
	NotTLS:          "%q 未经 TLS 取得，因此它的清单不能证明什么",
	NotTLSHint:      "发布者的清单只经 https 取得：请检查代理，或把 image.source 设为 build",
	NotInCatalogue:  "发布者的镜像不是 image.sha512 所固定的那一个",
	Unusable:        "%q 不能用作基础镜像",
	Backing:         "%q 依赖另一个镜像（backing file）",
	BackingHint:     "请先合并为一个文件：qemu-img convert -O qcow2 %[1]s whole.qcow2",
	External:        "%q 的数据存放在另一个文件中",
	ExternalHint:    "请先合并为一个文件：qemu-img convert -O qcow2 %[1]s whole.qcow2",
	Encrypted:       "%q 已加密",
	EncryptedHint:   "请提供未加密的镜像；可改为加密主机的磁盘",
	Dirty:           "%q 没有正常关闭，或被标记为已损坏",
	DirtyHint:       "请关闭正在使用它的程序，然后查看：qemu-img check %[1]s",
	Snapshots:       "%q 中含有快照",
	SnapshotsHint:   "请把当前状态另存为普通副本：qemu-img convert -O qcow2 %[1]s plain.qcow2",
	Format:          "%q 的格式是 %[2]s，不被接受",
	FormatHint:      "请转换：qemu-img convert -f %[2]s -O qcow2 %[1]s image.qcow2",
	NotBootable:     "%q 既不是 qcow2，也不是带分区表的磁盘",
	NotBootableHint: "请提供 qcow2 或 raw 格式的 Debian 13 云镜像；压缩的镜像须先解压",
	TooLarge:        "%q 是 %[2]s 的磁盘，而上限是 2 TiB",
	TooLargeHint:    "请提供较小的镜像；虚拟机自己的磁盘可以比镜像大",
	Malformed:       "%q 已损坏：%[2]s",
	MalformedHint:   "请重新取得该文件，并与发布者的 SHA-512 比对",
	NoFile:          "没有指定镜像文件",
	NoFileHint:      "请把 image.file 设为 qcow2 或 raw 镜像的路径",
	NotAFile:        "%q 不是普通文件",

	NoProgram:        "没有安装程序 %q",
	NoProgramHint:    "sudo apt-get install %[1]s",
	ProgramFailed:    "%[1]s 出错结束；最后的输出：%[2]s",
	ProgramHint:      "日志里有它的全部输出；常见原因是磁盘已满或软件包镜像站无法访问",
	NoDebianSources:  "本机的 apt 没有可用于构建的 Debian 软件源",
	NoDebianHint:     "构建需要 Debian 主机；请把 image.source 设为 official，或设为 file 并给出 image.file",
	NoKeyring:        "用来验证 Debian 软件包的密钥环 %q 不存在",
	NoKeyringHint:    "sudo apt-get install debian-archive-keyring",
	ForeignArch:      "无法在 %[2]s 上构建 %[1]s 的镜像",
	ForeignArchHint:  "请把 image.source 设为 official，或设为 file 并给出 image.file",
	NoSubordinate:    "账户 %q 没有从属用户 ID，而不用 root 构建需要它",
	NoSubordinateFix: "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 %[1]s",
	NotOnThisSystem:  "镜像只能在 Linux 上构建",
	NotOnThisHint:    "请把 image.source 设为 official，或设为 file 并给出 image.file",
}
