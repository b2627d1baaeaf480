package text

// Harden is what is said on the way from what drifted to what holds again.
type Harden struct {
	PendingFirst, PendingFirstHint         string
	RepairUnreadable, RepairUnreadableHint string // file
}

var enHarden = Harden{
	PendingFirst:         "an earlier repair of this machine was not finished",
	PendingFirstHint:     "finish it with `clawarium harden`, or take it back with `clawarium harden --undo`",
	RepairUnreadable:     "%q, which says how far a repair went, cannot be read",
	RepairUnreadableHint: "put back a copy of %q from your backup, or look at its journal beside it",
}

var zhHarden = Harden{
	PendingFirst:         "这台虚拟机有一次修复尚未完成",
	PendingFirstHint:     "用 `clawarium harden` 完成它，或用 `clawarium harden --undo` 撤回它",
	RepairUnreadable:     "无法读取记录修复进度的 %q",
	RepairUnreadableHint: "请从备份中恢复 %q，或查看它旁边的日志",
}
