package text

// Lines is what is said on the same conversation without a screen.
type Lines struct {
	_ incomparable

	// Words that are understood at any question, in either language, separated by
	// commas.
	WordsMore, WordsBack, WordsQuit, WordsNo string
	// Words of single questions.
	WordsMake, WordsPlan, WordsDetail, WordsSave, WordsChange, WordsAgain string

	Commands  string // what can be said at any question
	Clearable string // how to answer with nothing
	Answer    string // suggested answer
	AnswerNow string // without a suggested one
	Numbered  string // number, name
	Name      string // name, meaning of an answer
	Suggested string // name of an answer
	Allowed   string // range
	Several   string // how to answer with more than one
	And       string // between them

	Taken, Kept, Chosen string // answer

	NotAmong, NotAmongHint    string // what was answered; number of answers
	Ambiguous, AmbiguousHint  string // what was answered
	NotYesNo, NotYesNoHint    string // what was answered
	NoSuggestion, NoSuggested string
	TooLong, TooLongHint      string // bytes
	TooMany, TooManyHint      string // number of answers
	Hidden                    string // in place of something like a secret
	First, Interrupted        string

	LanguageAsk, LanguageAbout string

	Begun            string // machine
	How, ChooseMeans string

	Looking, Fine, NotFine, Unseen string
	Group                          string // heads lines
	Stops, StopsHint               string

	Everything, EverythingAbout string

	KeyUnseen, KeyAsk          string // -; provider, what an empty line means
	KeyLater, KeyGivenAlready  string
	KeyTaken, KeyNone, KeyGone string

	PromisesAbout, PromiseAsk string // -; suggested answer
	Promised, NotPromised     string

	Reviewing, WillBeMade, Know string
	KeyLine, KeyLineLater       string
	PromisesLine                string // confirmed, asked
	Takes, Fetches, Fills       string // time; bytes; bytes
	StepsLine                   string // number
	GoesOn                      string // machine
	Impossible, ImpossibleHint  string
	NotReviewed                 string
	ReviewHelp, ReviewAsk       string
	ReviewEmpty                 string
	StepsHead                   string
	Saved, SaveWhere, SaveHint  string // path
	ChangeAsk, NoChange         string
	NoChangeHint                string // flag
	Making                      string

	Failed, Again, AgainMeans string
	Undo, UndoMeans           string
	Leave, LeaveMeans         string
	UndoSure, NotUndone       string // machine

	Next string // flag

	Menu                                 string
	MenuCheck, MenuHarden, MenuOpen      string
	MenuSettings, MenuStart, MenuStop    string
	MenuDestroy, MenuLeave               string
	WordsCheck, WordsHarden, WordsOpen   string
	WordsSettings, WordsStart, WordsStop string
	WordsDestroy, WordsLeave             string
	StartSure, StopSure, NotDone         string // machine
	OpenReady, OpenClose                 string
	DestroyDataAsk, DestroyDataAskAbout  string
	NotDestroyed                         string
	RepairSure, NewerSure, RestartSure   string // number; number; duration
	RepairTitles                         string
	PendingHow                           string
	PendingOn, PendingUndo, PendingLeave string
	DataGoes, EndHint                    string
	LastCheck                            string // date, counts
	CountsOf                             string // met, not met, not checked, attested
	NeverChecked                         string
}

// InBoth returns what pick takes from the strings of each language, English
// first: whoever answers may use the words of either.
func InBoth(pick func(*Strings) string) [2]string {
	return [2]string{pick(in(English)), pick(in(Chinese))}
}

var enLines = Lines{
	WordsMore: "?,help", WordsBack: "<,back", WordsQuit: "quit,exit", WordsNo: "no,n",
	WordsMake: "make,make it", WordsPlan: "plan", WordsDetail: "detail,details", WordsSave: "save",
	WordsChange: "change", WordsAgain: "again,retry",

	Commands:  "At any question: ? explains more, < or back goes back one question, quit leaves. An empty line takes the answer in brackets. Nothing is made before the review, and only when you say so there.",
	Clearable: "A hyphen (-) alone empties the answer.",
	Answer:    "Answer [%s]:",
	AnswerNow: "Answer:",
	Numbered:  "%d, %s",
	Name:      "%s: %s",
	Suggested: "%s (suggested)",
	Allowed:   "Allowed: %s.",
	Several:   "Any number of them: their numbers or names, with commas between.",
	And:       ", ",

	Taken: "Taken as suggested: %s", Kept: "Kept as it was: %s", Chosen: "Chosen: %s",

	NotAmong: "%s is none of the answers", NotAmongHint: "answer with a number from 1 to %d, or with the words behind it",
	Ambiguous: "%s can mean more than one of the answers", AmbiguousHint: "answer with its number",
	NotYesNo: "%s is neither yes nor no", NotYesNoHint: "type yes or no",
	NoSuggestion: "an empty line is no answer here", NoSuggested: "type one of the words or numbers; ? explains them",
	TooLong: "the line has more than %d bytes", TooLongHint: "no answer is that long; type it again",
	TooMany: "%d answers in a row could not be used", TooManyHint: "nothing was changed by them; run it again on a terminal",
	Hidden:      "what you typed (not shown, since it looks like a secret)",
	First:       "This is the first question; there is none before it.",
	Interrupted: "interrupted",

	LanguageAsk: "Language / 语言", LanguageAbout: "clawarium speaks English and Chinese. clawarium 可以用英文或中文。",

	Begun:       "The machine %q was begun and is not finished. This goes on with it, by the plan that it was begun with.",
	How:         "How do you want to set it up?",
	ChooseMeans: "a handful of questions, each with a suggested answer.",

	Looking: "Looking at this computer …", Fine: "in order: %s", NotFine: "not in order: %s", Unseen: "not known: %s", Group: "%s:",
	Stops: "no machine can be made on this computer as it is", StopsHint: "type its number to read what to do, do it, and look again",

	Everything: "Set everything?", EverythingAbout: "Besides the usual questions also those that seldom need an answer, such as mirrors and addresses.",

	KeyUnseen:       "What you type now is not shown.",
	KeyAsk:          "Model key for %s [%s]:",
	KeyLater:        "later",
	KeyGivenAlready: "as given",
	KeyTaken:        "The key is taken, and not shown.",
	KeyNone:         "No key for now. You can add it later.",
	KeyGone:         "The key that you gave was for another provider and is forgotten.",

	PromisesAbout: "Some of what keeps you safe only you can know. Answer yes only where it is so. What you leave open stays open in the self-check, and `clawarium confirm` asks for it again.",
	PromiseAsk:    "Is that so? [%s]:",
	Promised:      "Confirmed.", NotPromised: "Left open.",

	Reviewing: "Putting together what will be made …", WillBeMade: "This will be made:", Know: "Good to know before:",
	KeyLine: "model key given; it goes into the machine only", KeyLineLater: "no model key yet; the agent cannot talk to its model before you add one",
	PromisesLine: "promises of yours: %d of %d confirmed",
	Takes:        "It takes about %s.", Fetches: "About %s are downloaded.", Fills: "Afterwards about %s of the disk are used.",
	StepsLine:  "It is made in %d steps, and can be stopped and gone on with at any of them.",
	GoesOn:     "The machine %q exists: each step is looked at again, and only what is missing is made.",
	Impossible: "as it is, this plan cannot be carried out", ImpossibleHint: "change what is named above: type change",
	NotReviewed: "What will be made could not be put together; type again to try once more, or change.",
	ReviewHelp:  "make (or yes) makes it. plan prints the plan as a file, save PATH saves it. detail prints the steps, the machine's definition and the files inside. change goes back to a topic. quit leaves, and nothing is made.",
	ReviewAsk:   "Type make to make it, or plan, detail, save PATH, change, back, quit:",
	ReviewEmpty: "an empty line makes nothing",
	StepsHead:   "Steps:",
	Saved:       "Saved: %s", SaveWhere: "save needs the path of a file", SaveHint: "for example: save /home/you/openclaw.yaml",
	ChangeAsk: "What do you want to change?", NoChange: "the plan of a machine that was begun stays as it is",
	NoChangeHint: "remove the machine first with `clawarium destroy%s`, or quit and choose another name",
	Making:       "It is being made now. ctrl+c stops it; the same command goes on from there.",

	Failed: "That did not work. What now?", Again: "try again", AgainMeans: "goes on with the step that did not work.",
	Undo: "undo", UndoMeans: "takes back all that was made.", Leave: "leave", LeaveMeans: "keeps what was made; the same command goes on later.",
	UndoSure:  "All that was made of the machine %q is taken back, its data disk included. Type yes, or anything else to leave it:",
	NotUndone: "Nothing was taken back.",

	Next: "Look again at any time with `clawarium check%[1]s`, see what drifted with `clawarium harden%[1]s`, and confirm what only you can know with `clawarium confirm%[1]s`.",

	Menu: "What do you want to do?", MenuCheck: "self-check: look at all of it and say what holds", MenuHarden: "re-harden: see what drifted, repair it, or accept it",
	MenuOpen: "open OpenClaw's page", MenuSettings: "settings: print the plan", MenuStart: "start the machine", MenuStop: "stop the machine",
	MenuDestroy: "destroy the machine", MenuLeave: "leave",
	WordsCheck: "check,self-check", WordsHarden: "harden,re-harden", WordsOpen: "open", WordsSettings: "settings,plan", WordsStart: "start", WordsStop: "stop",
	WordsDestroy: "destroy", WordsLeave: "leave",
	StartSure: "Start the machine %q? Type yes, or anything else to leave it:",
	StopSure:  "Stop the machine %q? OpenClaw does not answer while it is off. Type yes, or anything else to leave it:",
	NotDone:   "Nothing was changed.",
	OpenReady: "The way into the machine is open on this computer alone, until you answer. This link works once:", OpenClose: "Press enter to close it:",
	DestroyDataAsk: "Delete the data disk too?", DestroyDataAskAbout: "It holds OpenClaw's memory, settings and files. If it stays, a later set-up of the same name uses it again.",
	NotDestroyed: "Nothing was removed.",
	RepairSure:   "Number %d: repair it? Type yes, or anything else to leave it:",
	NewerSure:    "Number %d: take over the newer default? Type yes, or anything else to leave it:",
	RestartSure:  "The machine has to be shut down and started for this, which takes about %s. Go on? Type yes, or anything else to leave it:",
	RepairTitles: "%s (%s)",
	PendingHow:   "What is to become of it?",
	PendingOn:    "go on with it", PendingUndo: "take it back", PendingLeave: "leave it as it is",
	DataGoes:  "The data disk goes too, for good.",
	EndHint:   "the question that stayed open changed nothing; run it again on a terminal",
	LastCheck: "Last self-check: %s, %s", CountsOf: "%d met, %d not met, %d not checked, %d on your word", NeverChecked: "It was never checked to the end.",
}

var zhLines = Lines{
	WordsMore: "?,帮助", WordsBack: "<,返回,上一步", WordsQuit: "退出", WordsNo: "否,不,不是",
	WordsMake: "创建,开始创建", WordsPlan: "方案", WordsDetail: "详情", WordsSave: "保存",
	WordsChange: "修改,更改", WordsAgain: "重试,再来,再看",

	Commands:  "任何问题处：? 详细说明，< 或“返回”回到上一个问题，“退出”离开。直接回车采用方括号里的回答。在“核对”之前不会创建任何东西，并且只在你在那里确认之后才创建。",
	Clearable: "只输入一个连字符（-）可清空回答。",
	Answer:    "回答 [%s]：",
	AnswerNow: "回答：",
	Numbered:  "%d，%s",
	Name:      "%s：%s",
	Suggested: "%s（推荐）",
	Allowed:   "允许：%s。",
	Several:   "可选任意多个：写出编号或名称，用逗号隔开。",
	And:       "、",

	Taken: "采用推荐的回答：%s", Kept: "保持不变：%s", Chosen: "已选择：%s",

	NotAmong: "%s 不是可选的回答", NotAmongHint: "请输入 1 到 %d 的数字，或数字后面的文字",
	Ambiguous: "%s 可以指多个回答", AmbiguousHint: "请输入它的数字",
	NotYesNo: "%s 既不是“是”也不是“否”", NotYesNoHint: "请输入“是”或“否”",
	NoSuggestion: "这里不能用空行回答", NoSuggested: "请输入其中一个词或数字；输入 ? 查看说明",
	TooLong: "这一行超过 %d 字节", TooLongHint: "没有这么长的回答，请重新输入",
	TooMany: "连续 %d 个回答都无法使用", TooManyHint: "它们没有造成任何改动；请在终端上再运行一次",
	Hidden:      "你输入的内容（看起来像密钥，不显示）",
	First:       "这是第一个问题，前面没有了。",
	Interrupted: "已中断",

	LanguageAsk: "Language / 语言", LanguageAbout: "clawarium 可以用英文或中文。clawarium speaks English and Chinese.",

	Begun:       "虚拟机 %q 已开始创建但尚未完成。现在按当时的方案继续。",
	How:         "你想怎样设置？",
	ChooseMeans: "几个问题，每个都有推荐的回答。",

	Looking: "正在查看这台电脑……", Fine: "正常：%s", NotFine: "不正常：%s", Unseen: "未知：%s", Group: "%s：",
	Stops: "以这台电脑现在的样子，无法创建虚拟机", StopsHint: "输入它的数字查看怎么办，照做之后再看一次",

	Everything: "要设置所有项目吗？", EverythingAbout: "除了常用的问题，还会问很少需要回答的，例如镜像站和地址。",

	KeyUnseen:       "现在输入的内容不会显示。",
	KeyAsk:          "模型密钥，%s [%s]：",
	KeyLater:        "以后再说",
	KeyGivenAlready: "用已给出的",
	KeyTaken:        "密钥已收到，不会显示。",
	KeyNone:         "暂时没有密钥，以后可以再添加。",
	KeyGone:         "你给出的密钥属于另一个提供商，已丢弃。",

	PromisesAbout: "有些保障安全的事只有你自己知道。只有属实时才回答“是”。没有确认的，在自检里仍然是未确认，`clawarium confirm` 会再次询问。",
	PromiseAsk:    "属实吗？[%s]：",
	Promised:      "已确认。", NotPromised: "留待以后。",

	Reviewing: "正在汇总将要创建的内容……", WillBeMade: "将要创建：", Know: "事先应当知道：",
	KeyLine: "已给出模型密钥；它只进入虚拟机", KeyLineLater: "还没有模型密钥；添加之前，智能体无法使用模型",
	PromisesLine: "你的承诺：已确认 %d 项，共 %d 项",
	Takes:        "大约需要 %s。", Fetches: "大约下载 %s。", Fills: "完成后大约占用磁盘 %s。",
	StepsLine:  "共 %d 步，任何一步都可以停下，以后接着做。",
	GoesOn:     "虚拟机 %q 已存在：会重新查看每一步，只补上缺少的。",
	Impossible: "这个方案现在无法执行", ImpossibleHint: "请修改上面指出的项目：输入“修改”",
	NotReviewed: "无法汇总将要创建的内容；输入“重试”再试一次，或输入“修改”。",
	ReviewHelp:  "“创建”（或“是”）开始创建。“方案”显示方案文件，“保存 路径”把它存为文件。“详情”显示步骤、虚拟机定义和其中的文件。“修改”回到某个主题。“退出”离开，什么都不创建。",
	ReviewAsk:   "输入“创建”开始创建，或输入：方案、详情、保存 路径、修改、返回、退出：",
	ReviewEmpty: "空行不会创建任何东西",
	StepsHead:   "步骤：",
	Saved:       "已保存：%s", SaveWhere: "“保存”后面需要文件的路径", SaveHint: "例如：保存 /home/you/openclaw.yaml",
	ChangeAsk: "想修改什么？", NoChange: "已开始创建的虚拟机，方案不能再改",
	NoChangeHint: "请先用 `clawarium destroy%s` 删除它，或退出后另取一个名称",
	Making:       "正在创建。按 ctrl+c 停下；再次运行同一命令即可继续。",

	Failed: "没有成功。接下来怎么办？", Again: "重试", AgainMeans: "从没有成功的那一步继续。",
	Undo: "撤回", UndoMeans: "撤回已创建的一切。", Leave: "离开", LeaveMeans: "保留已创建的；以后用同一命令继续。",
	UndoSure:  "虚拟机 %q 已创建的一切都会撤回，包括数据盘。输入“是”确认，其他任何输入则保持不变：",
	NotUndone: "没有撤回任何东西。",

	Next: "随时可用 `clawarium check%[1]s` 再次自检，用 `clawarium harden%[1]s` 查看有何变化，用 `clawarium confirm%[1]s` 确认只有你知道的事。",

	Menu: "想做什么？", MenuCheck: "自检：全部查看一遍，说明哪些防护成立", MenuHarden: "重新加固：查看变化，修复或接受",
	MenuOpen: "打开 OpenClaw 的页面", MenuSettings: "设置：显示方案", MenuStart: "启动虚拟机", MenuStop: "关闭虚拟机",
	MenuDestroy: "删除虚拟机", MenuLeave: "离开",
	WordsCheck: "自检", WordsHarden: "重新加固,加固", WordsOpen: "打开", WordsSettings: "设置,方案", WordsStart: "启动", WordsStop: "关闭",
	WordsDestroy: "删除", WordsLeave: "离开",
	StartSure: "要启动虚拟机 %q 吗？输入“是”确认，其他任何输入则保持不变：",
	StopSure:  "要关闭虚拟机 %q 吗？关闭期间 OpenClaw 不会应答。输入“是”确认，其他任何输入则保持不变：",
	NotDone:   "没有做任何改动。",
	OpenReady: "通往虚拟机的通道已打开，只限这台电脑，直到你回答为止。这个链接只能用一次：", OpenClose: "按回车关闭通道：",
	DestroyDataAsk: "也删除数据盘吗？", DestroyDataAskAbout: "上面有 OpenClaw 的记忆、设置和文件。如果保留，以后用同一名称创建时会再次使用。",
	NotDestroyed: "什么都没有删除。",
	RepairSure:   "第 %d 项：要修复吗？输入“是”确认，其他任何输入则保持不变：",
	NewerSure:    "第 %d 项：采用新的默认值吗？输入“是”确认，其他任何输入则保持不变：",
	RestartSure:  "这需要关闭并重新启动虚拟机，大约 %s。继续吗？输入“是”确认，其他任何输入则保持不变：",
	RepairTitles: "%s（%s）",
	PendingHow:   "要怎么处理它？",
	PendingOn:    "继续修复", PendingUndo: "撤回修复", PendingLeave: "保持现状",
	DataGoes:  "数据盘也会被永久删除。",
	EndHint:   "没有回答的问题没有造成任何改动；请在终端上再运行一次",
	LastCheck: "上次自检：%s，%s", CountsOf: "满足 %d，不满足 %d，未检查 %d，凭你的承诺 %d", NeverChecked: "还没有完整地自检过。",
}
