package text

// Service is what is said about the warden's process: how it is kept running, and
// by the commands about it.
type Service struct {
	_ incomparable

	// Steps, and the steps of a change.
	Egress, Warden, ChangeWish, ChangeForce string
	Starting, Stopping                      string
	BadAllowances, BadAllowancesHint        string // file
	NoSources, NoSourcesHint                string
	SourcesUnasked                          string
	Off, PolicyNotInForce                   string
	PolicyNotThePlans, OtherVersion         string
	StatusHint                              string // file

	// Keeping it running.
	NotStarted, SeeJournal, SeeFile string // machine; unit; file
	NotStopped, NotStoppedHint      string // machine, pid; pid
	Again                           string // time, why, pause
	Orphaned                        string // time
	Untold, UntoldHint              string // machine; unit
	Over, OverHint                  string // machine
	NoManager, NoManagerHint        string
	Systemctl, SystemctlHint        string // command, what it said; command

	// clawarium warden.
	Short, Long                           string
	RunShort, RunLong                     string
	InstallShort, InstallLong             string
	StatusShort, StatusLong               string
	LogShort, LogLong                     string
	WallsShort                            string
	WallsPutBack, WallsOtherRepair        string // ; machine
	WishUnheard                           string
	WallsChanged, WallsChangedHint        string // machine
	FlagLast, FlagFollow, FlagJSON        string
	BadLast, BadLastHint                  string // number
	RunBegan, RunEnded                    string // time, machine
	Installed, LingerHint, LingerNote     string // unit
	Nothing                               string // machine
	IsOff, IsOn, IsConnected              string // machine; machine, since
	IsNotConnected                        string // machine, since
	Kept                                  map[string]string
	Level, Refuses, Trouble, PolicyBad    string // level, rules; reason
	NotInForce                            string
	Counts                                string // allowed, refused, cut, open
	Journal, NoJournal                    string // time
	WallsBack                             string // how often, time
	Blocked                               string // how many
	NoLog                                 string
	Told, ToldConnected, ToldNotConnected string // connection, level, rules, trouble
	LogName, LogBytes, LogTimes           string // name; up, down; how often
	Verdicts                              map[string]string
	WayOpen, WayWaits, WayOff, WayOffline string // level, blocked; level; …
	WayUnwalled                           string
	WayNotInForce                         string
}

var enService = Service{
	Egress: "What gets out", Warden: "Warden for the way out", ChangeWish: "What you decided, written down", ChangeForce: "Warden takes it up",
	Starting: "starting the warden", Stopping: "stopping the warden",
	BadAllowances: "%q, which holds your decisions about single hosts, cannot be read", BadAllowancesHint: "put back a copy from your backup, or delete it: hosts that were allowed for a while are then refused again",
	SourcesUnasked: "This machine was made before there was a warden, and its guest may have been changed since: it is not asked where its updates come from. Debian's updates do not get out until you allow their archive: clawarium allow --add HOST:80",
	NoSources:      "the guest does not say where its updates come from", NoSourcesHint: "run the same command again",
	Off: "the warden does not run", PolicyNotInForce: "the warden has another policy in force than the plan asks for",
	PolicyNotThePlans: "the policy in its file is not the one that the plan asks for", OtherVersion: "the warden that runs is of another version of clawarium",
	StatusHint: "see `clawarium warden status`, or %q",

	NotStarted: "the warden of the machine %q did not start", SeeJournal: "see `journalctl --user -u %s`", SeeFile: "see the end of %q",
	NotStopped: "the warden of the machine %q does not end (process %d)", NotStoppedHint: "see what it is with `ps -fp %d`",
	Again:    "%s the warden ended (%s); it is started again in %s",
	Orphaned: "%s the supervisor is gone; another one is started",
	Untold:   "the warden of the machine %q was ended, but a systemd that does not answer here may start it again", UntoldHint: "log in as the account whose machine it is, without su or sudo, and run `systemctl --user stop %s`; then run the same command again",
	Over: "the warden of the machine %q was stopped and does not begin", OverHint: "start it with `clawarium start`",
	NoManager: "there is no systemd of your own here that answers", NoManagerHint: "nothing has to be installed: `clawarium start` starts a warden that restarts itself; after a restart of this computer, run it again",
	Systemctl: "`%s` did not work: %s", SystemctlHint: "run `%s` yourself to see more",

	Short:            "The host-side service through which alone the machine reaches anything",
	Long:             "The warden is one process on this computer for each machine. It keeps a connection open into\nthe machine and serves a proxy there, which lets through what the plan and `clawarium allow`\nlet through. Nothing listens on this computer. When it stops, nothing gets out.",
	RunShort:         "Run it in the foreground, for a service manager",
	RunLong:          "Runs the warden until it is ended. `clawarium start` does it for you; this is for a service\nmanager of your own, and for looking on.",
	InstallShort:     "Have your own systemd keep it running",
	InstallLong:      "Writes a unit into your own systemd's directory, enables and starts it. Set-up and\n`clawarium start` do so by themselves where there is such a systemd.",
	StatusShort:      "Say how the way out stands",
	StatusLong:       "Says whether the warden runs and has its connection, what it lets through, and how much it did.\n\nExit status: 0 it runs, is connected, and the plan's policy and the machine's filter are in\nforce; 1 otherwise; 2 it could not be looked at.",
	LogShort:         "Show what it decided",
	WallsShort:       "Put the machine's filter in force again",
	WallsPutBack:     "The filter of the machine's card is in force again.",
	WishUnheard:      "your systemd has not had it done in time",
	WallsOtherRepair: "a repair of the machine %q is not finished",
	WallsChanged:     "the filter of the machine %q is not as clawarium made it", WallsChangedHint: "run `clawarium harden` and choose what shall hold",
	LogLong:  "Shows the warden's record: one line a decision, the newest last.",
	FlagLast: "how many lines", FlagFollow: "go on with new ones until interrupted", FlagJSON: "as JSON",
	BadLast: "--last %d", BadLastHint: "give a number from 1 to 100000",
	RunBegan: "%s the warden of the machine %q begins", RunEnded: "%s the warden of the machine %q ends",
	Installed:  "The unit %s is installed and runs.",
	LingerHint: "The warden ends when you log out. To have it run from the start of this computer: loginctl enable-linger",
	LingerNote: "It runs from the start of this computer, also while you are not logged in.",
	Nothing:    "Nothing is recorded of the machine %q yet.",
	IsOff:      "The warden of the machine %q does not run: nothing gets out. Start it with `clawarium start`.",
	IsOn:       "runs         since %s, %s", IsConnected: "connected    since %s", IsNotConnected: "connected    no; it tries again by itself",
	Kept:    map[string]string{"systemd": "kept running by your systemd", "detached": "keeps itself running", "foreground": "in the foreground of a terminal or a service of yours"},
	Level:   "lets through %s; rules: %d",
	Refuses: "lets through nothing: it has no policy in force", Trouble: "trouble      %s", PolicyBad: "policy       not taken up: %s",
	NotInForce: "policy       another one than the plan asks for is in force",
	Counts:     "decided      allowed %d, refused %d, cut off %d; open now %d",
	Journal:    "journal      last line of the machine's journal received %s", NoJournal: "journal      nothing received yet",
	WallsBack: "filter       had to be put in force again; how often: %d, last %s",
	Blocked:   "refused      different names: %d; see `clawarium allow`",
	NoLog:     "Nothing was decided yet.",
	Told:      "%s; level %q, rules %d; trouble: %q", ToldConnected: "connected", ToldNotConnected: "not connected",
	LogName: "TLS names %s", LogBytes: "bytes %d up, %d down", LogTimes: "and others like it: %d",
	Verdicts: map[string]string{"allow": "allowed", "refuse": "refused", "cut": "cut", "end": "ended"},
	WayOpen:  "way out     open, level %s; refused names: %d", WayWaits: "way out     closed: the warden is not connected, and tries again by itself",
	WayOff: "way out     closed: the warden does not run", WayOffline: "way out     closed: the level is offline",
	WayUnwalled:   "way out     unguarded: the filter around the machine is not in force; see `clawarium warden status`",
	WayNotInForce: "way out     the warden has another policy in force than the plan asks for",
}

var zhService = Service{
	Egress: "允许的出站访问", Warden: "出口的看守进程", ChangeWish: "写下你的决定", ChangeForce: "看守进程采用它",
	Starting: "正在启动看守进程", Stopping: "正在停止看守进程",
	BadAllowances: "无法读取记录你对单个主机所作决定的 %q", BadAllowancesHint: "请从备份中恢复，或删除它：那么暂时放行的主机将重新被拒绝",
	SourcesUnasked: "这台虚拟机创建时还没有看守进程，其内部可能已被改动：因此不向它询问更新来源。在你放行 Debian 的软件仓库之前，系统更新无法外出：clawarium allow --add HOST:80",
	NoSources:      "虚拟机没有说明它从哪里更新", NoSourcesHint: "请再次运行同一命令",
	Off: "看守进程没有运行", PolicyNotInForce: "看守进程所用的策略不是方案所要求的",
	PolicyNotThePlans: "文件中的策略不是方案所要求的", OtherVersion: "正在运行的看守进程来自另一个版本的 clawarium",
	StatusHint: "请看 `clawarium warden status`，或 %q",

	NotStarted: "虚拟机 %q 的看守进程没有启动", SeeJournal: "请看 `journalctl --user -u %s`", SeeFile: "请看 %q 的末尾",
	NotStopped: "虚拟机 %q 的看守进程没有结束（进程 %d）", NotStoppedHint: "请用 `ps -fp %d` 查看它是什么",
	Again:    "%s 看守进程结束了（%s）；%s 后再次启动",
	Orphaned: "%s 监护进程不见了；另启动一个",
	Untold:   "虚拟机 %q 的看守进程已结束，但一个在这里没有应答的 systemd 可能再次启动它", UntoldHint: "请以该虚拟机所属的账户登录（不用 su 或 sudo），运行 `systemctl --user stop %s`；然后再次运行同一命令",
	Over: "虚拟机 %q 的看守进程已被停止，不会开始运行", OverHint: "请用 `clawarium start` 启动它",
	NoManager: "这里没有应答的用户级 systemd", NoManagerHint: "不需要安装：`clawarium start` 会启动能自行恢复的看守进程；本机重启后请再运行一次",
	Systemctl: "`%s` 没有成功：%s", SystemctlHint: "请自行运行 `%s` 查看详情",

	Short:            "主机上的服务，虚拟机只能经它外出",
	Long:             "看守进程是本机上每台虚拟机一个的进程。它保持一条通入虚拟机的连接，在虚拟机内提供代理，\n只放行方案和 `clawarium allow` 所放行的。本机上没有任何监听端口。它停下，什么都出不去。",
	RunShort:         "在前台运行，供服务管理程序使用",
	RunLong:          "运行看守进程，直到它被结束。`clawarium start` 会替你运行；本命令供你自己的服务管理程序使用，\n或用于旁观。",
	InstallShort:     "让你自己的 systemd 保持它运行",
	InstallLong:      "把单元写入你自己的 systemd 目录，启用并启动它。有这样的 systemd 时，创建虚拟机和\n`clawarium start` 会自动这样做。",
	StatusShort:      "说明出口的状况",
	StatusLong:       "说明看守进程是否运行、是否已连接、放行什么、做了多少。\n\n退出码：0 正在运行、已连接，且方案的策略和虚拟机的过滤器都已生效；1 不是这样；2 无法查看。",
	LogShort:         "显示它的决定",
	WallsShort:       "使虚拟机的过滤器重新生效",
	WallsPutBack:     "虚拟机网卡的过滤器重新生效了。",
	WishUnheard:      "你的 systemd 没有及时完成它",
	WallsOtherRepair: "虚拟机 %q 的一次修复还没有完成",
	WallsChanged:     "虚拟机 %q 的过滤器不是 clawarium 所定义的样子", WallsChangedHint: "请运行 `clawarium harden`，选择应当以什么为准",
	LogLong:  "显示看守进程的记录：每个决定一行，最新的在最后。",
	FlagLast: "显示多少行", FlagFollow: "继续显示新的，直到被中断", FlagJSON: "以 JSON 输出",
	BadLast: "--last %d", BadLastHint: "请给出 1 到 100000 的数",
	RunBegan: "%s 虚拟机 %q 的看守进程开始运行", RunEnded: "%s 虚拟机 %q 的看守进程结束",
	Installed:  "单元 %s 已安装并在运行。",
	LingerHint: "你注销时看守进程会结束。要让它随本机启动而运行：loginctl enable-linger",
	LingerNote: "它随本机启动而运行，你没有登录时也在运行。",
	Nothing:    "还没有关于虚拟机 %q 的记录。",
	IsOff:      "虚拟机 %q 的看守进程没有运行：什么都出不去。用 `clawarium start` 启动它。",
	IsOn:       "运行   自 %s 起，%s", IsConnected: "连接   自 %s 起", IsNotConnected: "连接   没有；它会自行再试",
	Kept:    map[string]string{"systemd": "由你的 systemd 保持运行", "detached": "自行保持运行", "foreground": "在终端或你的服务的前台运行"},
	Level:   "放行 %s；规则：%d",
	Refuses: "什么都不放行：没有采用任何策略", Trouble: "问题   %s", PolicyBad: "策略   没有采用：%s",
	NotInForce: "策略   采用的不是方案所要求的",
	Counts:     "决定   放行 %d，拒绝 %d，切断 %d；当前打开 %d",
	Journal:    "日志   最近一次收到虚拟机日志是在 %s", NoJournal: "日志   还没有收到",
	WallsBack: "过滤   曾失效并已恢复：%d 次，最近一次在 %s",
	Blocked:   "被拒   不同的名称：%d；请看 `clawarium allow`",
	NoLog:     "还没有作出任何决定。",
	Told:      "%s；级别 %q，规则 %d；问题：%q", ToldConnected: "已连接", ToldNotConnected: "未连接",
	LogName: "TLS 指明 %s", LogBytes: "上行 %d 字节，下行 %d 字节", LogTimes: "同类的还有 %d 次",
	Verdicts: map[string]string{"allow": "放行", "refuse": "拒绝", "cut": "切断", "end": "结束"},
	WayOpen:  "出口     开放，级别 %s；被拒的名称：%d", WayWaits: "出口     关闭：看守进程没有连接，它会自行再试",
	WayOff: "出口     关闭：看守进程没有运行", WayOffline: "出口     关闭：级别为离线",
	WayUnwalled:   "出口     无人把守：虚拟机的过滤器没有生效；请看 `clawarium warden status`",
	WayNotInForce: "出口     看守进程所用的策略不是方案所要求的",
}
