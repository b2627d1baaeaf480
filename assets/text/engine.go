package text

import (
	"fmt"
	"time"
)

// Engine is what is said about running steps: the lock, the journal, progress,
// and the way on or back after a stop.
type Engine struct {
	_ incomparable

	// The lock. The holder: command, process id, user, since when.
	Locked            string
	LockedHint        string
	LockedUnknown     string
	LockedUnknownHint string
	LockUnusable      string
	LockUnusableHint  string

	// The journal.
	JournalCorrupt        string // file, line number
	JournalCorruptHint    string // file
	JournalNewer          string // file, its format, ours
	JournalNewerHint      string
	JournalUnreadable     string // file
	JournalUnreadableHint string
	JournalUnwritable     string // file
	JournalUnwritableHint string
	JournalFull           string // file
	JournalFullHint       string

	// A step.
	StepFailed    string // title, id
	UndoFailed    string // title, id, what is left
	NoEffect      string
	NoEffectHint  string
	TooLong       string // limit
	TooLongHint   string
	Panicked      string
	PanickedHint  string // journal file
	Stopped       string // title, id
	StoppedUndo   string
	GoOn          string // command
	TakeBack      string // command
	UnknownStep   string // id
	UnknownHint   string // version
	NotBegun      string // id
	NotBegunHint  string // ids
	NothingBegun  string
	BeforeNotJSON string
	DriftedStage  string
	BadStepsHint  string
	ListSeparator string

	// Progress lines.
	Head        string // index, count, title
	Began       string
	Resumed     string
	Held        string
	Done        string // duration
	Failed      string // duration
	Undoing     string
	Undone      string // duration
	OfTotal     string // bytes, total, percent
	Percent     string
	Rate        string // bytes
	SoFar       string // duration
	Left        string // duration
	ErrorPrefix string
	HintPrefix  string
	Progress    string // head, parts
	Comma       string
	Colon       string // between what is wrong and its cause
	Moment      string
	Seconds     string
	Minutes     string
	FullMinutes string
	Hours       string
	FullHours   string
}

var enEngine = Engine{
	Locked:            "this machine is being worked on by %[1]q (process %[2]d of user %[3]s) since %[4]s",
	LockedHint:        "wait until it has ended; to stop it: kill %d",
	LockedUnknown:     "this machine is being worked on by another process",
	LockedUnknownHint: "wait until it has ended; to see who it is: fuser -v %q",
	LockUnusable:      "no lock can be taken in %q",
	LockUnusableHint:  "look whether the directory is yours and can be written: ls -ld %q",

	JournalCorrupt:        "line %[2]d of the journal %[1]q is damaged",
	JournalCorruptHint:    "nothing was changed; put back a copy of %q from your backup",
	JournalNewer:          "the journal %[1]q has format %[2]d, this program knows format %[3]d",
	JournalNewerHint:      "use the newer clawarium that wrote it",
	JournalUnreadable:     "the journal %q cannot be read",
	JournalUnreadableHint: "look whether it is yours: ls -l %q",
	JournalUnwritable:     "the journal %q cannot be written",
	JournalUnwritableHint: "nothing was changed; look whether it is yours and the disk is well: ls -l %q",
	JournalFull:           "no space is left for the journal %q",
	JournalFullHint:       "nothing was changed; free some space, then run the same command again: df -h %q",

	StepFailed:    "%[1]s (%[2]s)",
	UndoFailed:    "taking back %[1]s (%[2]s); still there: %[3]s",
	NoEffect:      "it ran to its end and did not take effect",
	NoEffectHint:  "run the same command again; if it stays so, see what the step said: add --verbose",
	TooLong:       "not finished within its limit of %s",
	TooLongHint:   "look whether the machine is overloaded, then run the same command again",
	Panicked:      "a mistake in clawarium itself",
	PanickedHint:  "please report it with the last lines of %q",
	Stopped:       "stopped at %[1]s (%[2]s)",
	StoppedUndo:   "stopped while taking back %[1]s (%[2]s)",
	GoOn:          "to go on: %s",
	TakeBack:      "to take everything back: %s",
	UnknownStep:   "the journal has a step %q that this version does not know",
	UnknownHint:   "use the version that made it: clawarium %s",
	NotBegun:      "step %q is not among those that were made",
	NotBegunHint:  "take one of: %s",
	NothingBegun:  "nothing has been made yet",
	BeforeNotJSON: "the earlier state cannot be written down",
	DriftedStage:  "changed since it was made; making it again",
	BadStepsHint:  "this is a mistake in clawarium itself; please report it",
	ListSeparator: ", ",

	Head:        "[%d/%d] %s",
	Began:       "%s …",
	Resumed:     "%s: going on where it stopped …",
	Held:        "%s: already so",
	Done:        "%s: done (%s)",
	Failed:      "%s: did not work (after %s)",
	Undoing:     "%s: taking it back …",
	Undone:      "%s: taken back (%s)",
	OfTotal:     "%s of %s (%.0f %%)",
	Percent:     "%.0f %%",
	Rate:        "%s a second",
	SoFar:       "%s so far",
	Left:        "about %s left",
	ErrorPrefix: "error: ",
	HintPrefix:  "hint: ",
	Progress:    "%s: %s",
	Comma:       ", ",
	Colon:       ": ",
	Moment:      "under 1 s",
	Seconds:     "%d s",
	Minutes:     "%d min %d s",
	FullMinutes: "%d min",
	Hours:       "%d h %d min",
	FullHours:   "%d h",
}

var zhEngine = Engine{
	Locked:            "用户 %[3]s 的进程 %[2]d（%[1]q）自 %[4]s 起正在操作这台机器",
	LockedHint:        "请等它结束；要停止它：kill %d",
	LockedUnknown:     "另一个进程正在操作这台机器",
	LockedUnknownHint: "请等它结束；要看是谁：fuser -v %q",
	LockUnusable:      "无法在 %q 里加锁",
	LockUnusableHint:  "请看该目录是否属于你、是否可写：ls -ld %q",

	JournalCorrupt:        "日志 %[1]q 的第 %[2]d 行已损坏",
	JournalCorruptHint:    "什么都没有改动；请从备份中恢复 %q",
	JournalNewer:          "日志 %[1]q 的格式是 %[2]d，本程序只认识格式 %[3]d",
	JournalNewerHint:      "请使用写下它的较新的 clawarium",
	JournalUnreadable:     "读不了日志 %q",
	JournalUnreadableHint: "请看它是否属于你：ls -l %q",
	JournalUnwritable:     "写不了日志 %q",
	JournalUnwritableHint: "什么都没有改动；请看它是否属于你、磁盘是否完好：ls -l %q",
	JournalFull:           "磁盘已满，写不下日志 %q",
	JournalFullHint:       "什么都没有改动；请腾出空间，再运行同一条命令：df -h %q",

	StepFailed:    "%[1]s（%[2]s）",
	UndoFailed:    "撤销%[1]s（%[2]s）时出错；仍未撤销的有：%[3]s",
	NoEffect:      "已执行完毕，但没有生效",
	NoEffectHint:  "请再运行一次同一条命令；若仍如此，加上 --verbose 看这一步说了什么",
	TooLong:       "没有在 %s 的时限内完成",
	TooLongHint:   "请看这台电脑是否过忙，再运行同一条命令",
	Panicked:      "clawarium 自身的错误",
	PanickedHint:  "请附上 %q 的最后几行报告此问题",
	Stopped:       "停在 %[1]s（%[2]s）",
	StoppedUndo:   "撤销 %[1]s（%[2]s）时停下",
	GoOn:          "要继续：%s",
	TakeBack:      "要全部撤销：%s",
	UnknownStep:   "日志里有本版本不认识的步骤 %q",
	UnknownHint:   "请使用做出它的版本：clawarium %s",
	NotBegun:      "步骤 %q 不在已做的步骤之中",
	NotBegunHint:  "可选：%s",
	NothingBegun:  "还什么都没有做",
	BeforeNotJSON: "无法记下原先的状态",
	DriftedStage:  "做好之后又被改动；重新来做",
	BadStepsHint:  "这是 clawarium 自身的错误，请报告",
	ListSeparator: "、",

	Head:        "[%d/%d] %s",
	Began:       "%s …",
	Resumed:     "%s：从停下的地方继续 …",
	Held:        "%s：已是如此",
	Done:        "%s：完成（%s）",
	Failed:      "%s：没有成功（%s 后）",
	Undoing:     "%s：正在撤销 …",
	Undone:      "%s：已撤销（%s）",
	OfTotal:     "%s / %s（%.0f %%）",
	Percent:     "%.0f %%",
	Rate:        "每秒 %s",
	SoFar:       "已用 %s",
	Left:        "大约还要 %s",
	ErrorPrefix: "错误：",
	HintPrefix:  "提示：",
	Progress:    "%s：%s",
	Comma:       "，",
	Colon:       "：",
	Moment:      "不到 1 秒",
	Seconds:     "%d 秒",
	Minutes:     "%d 分 %d 秒",
	FullMinutes: "%d 分钟",
	Hours:       "%d 小时 %d 分",
	FullHours:   "%d 小时",
}

// Duration says a time in words: 40 s, 1 min 20 s, 2 h 5 min.
func Duration(d time.Duration) string {
	t := T().Engine
	if d < time.Second {
		return t.Moment
	}
	s := int64(d.Round(time.Second) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf(t.Seconds, s)
	case s < 3600 && s%60 == 0:
		return fmt.Sprintf(t.FullMinutes, s/60)
	case s < 3600:
		return fmt.Sprintf(t.Minutes, s/60, s%60)
	case s/60%60 == 0:
		return fmt.Sprintf(t.FullHours, s/3600)
	}
	return fmt.Sprintf(t.Hours, s/3600, s/60%60)
}
