package text

// Report is what the reports of a check say around its findings, and what the
// check command says about its own flags.
type Report struct {
	// The command line.
	FlagSARIF, FlagHTML, FlagOnly, FlagExplain, FlagFrom, FlagAgainst, FlagBy string
	FlagEvidence                                                              string

	UnknownControl, UnknownControlHint      string
	NoControl, NoControlHint                string
	UnknownGrouping, UnknownGroupingHint    string
	TwoToStdout, TwoToStdoutHint            string
	TwoFromStdin, TwoFromStdinHint          string
	SameFile, SameFileHint                  string
	NotTogether, ExplainAlone, SavedAlready string
	GroupingIsText                          string
	OtherMachine, OtherMachineHint          string
	NotRegular, NotRegularHint              string
	NoFolder, NoFolderHint                  string
	NotWritable, NotWritableHint            string
	Unreadable, UnreadableHint              string
	TooLarge                                string
	EmptyPath, EmptyPathHint                string
	NeitherReportNorEvidence, EarlierHint   string
	ReportFormat                            string
	FileWritten                             string

	// Heads of every report.
	Connection      string
	SavedEvidence   string
	SavedEvidenceBy string
	OnlyAsked       string
	Unseen          string
	NotAsked        string
	NotLookedAt     string
	Everything      string
	OwnerNote       string

	// The owner's word, host, libvirt and guest, by checks.Place.
	Places    map[string]string
	PlaceNone string

	// Clauses.
	Audiences     map[string]string
	Reconstructed string
	ClauseLine    string
	DocumentLine  string
	NoAnswer      string
	NeedsYou      string

	// Changes.
	Compared         string
	ComparedWith     map[string]string
	ComparedOther    string
	ComparedLanguage string
	Change           string
	ChangedControl   string
	NotLooked        string
	Nothing          string
	SameElsewhere    string
	WasLine          string
	PlanName         string
	MachineName      string

	// Explaining a control.
	ExplainHeading  string
	WhatLabel       string
	LookedLabel     string
	WhereLabel      string
	RedLabel        string
	ContainedLabel  string
	AskedLine       string
	NotInVersionYet string
	Explained       map[string]Explained

	// The HTML form.
	HTML ReportHTML

	// The SARIF form.
	SARIF ReportSARIF
}

// Explained is what `check --explain` adds to the words about a control: what is
// looked at, and what would turn it to not met.
type Explained struct {
	Looked string
	Red    string
}

// ReportHTML is what the HTML form alone says.
type ReportHTML struct {
	_ incomparable

	Lang          string
	Facts         string
	LookedAt      string
	Took          string
	Machine       string
	Connection    string
	Plan          string
	Overview      string
	Control       string
	Status        string
	Title         string
	Where         string
	Findings      string
	Seen          string
	Clauses       string
	Clause        string
	Wording       string
	AnsweredBy    string
	Missing       string
	Changes       string
	Was           string
	Is            string
	Gone          string
	Came          string
	Altered       string
	Contents      string
	Reconstructed string
}

// ReportSARIF is what the SARIF form alone says.
type ReportSARIF struct {
	Taxonomy, TaxonomyAbout string
	NotLookedAt             string
	SavedEvidence           string
	Result                  string
	Exit                    map[string]string
}

// Language is the one in use.
func Language() string {
	if T() == in(Chinese) {
		return Chinese
	}
	return English
}

var enReport = Report{
	FlagSARIF:    "write the findings as SARIF 2.1.0 to this file (- for standard output)",
	FlagHTML:     "write a page that prints well, in one file, to this file (- for standard output)",
	FlagEvidence: "save the evidence to this file (- for standard output)",
	FlagOnly:     "judge only these controls, as K1,K3; the report names the others",
	FlagExplain:  "explain these controls, as K1,K3: what, why, which clauses, what is looked at; needs no machine",
	FlagFrom:     "judge the evidence saved in this file (- for standard input) instead of a machine",
	FlagAgainst:  "say what changed since this saved evidence or earlier JSON report (- for standard input)",
	FlagBy:       "order of the findings: control, place or clause",

	UnknownControl:     "there is no control %q",
	UnknownControlHint: "the controls are %s to %s, as in --only K1,K3",
	NoControl:          "%s names no control",
	NoControlHint:      "give the numbers of controls, as in --only K1,K3",

	UnknownGrouping:     "findings cannot be ordered by %q",
	UnknownGroupingHint: "choose --by control, --by place or --by clause",
	TwoToStdout:         "%s and %s would both go to standard output",
	TwoToStdoutHint:     "give all but one of them a file",
	TwoFromStdin:        "--from and --against cannot both read standard input",
	TwoFromStdinHint:    "give one of them a file",
	SameFile:            "%s and %s name the same file %q",
	SameFileHint:        "give each of them a file of its own",
	NotTogether:         "%s does not go with %s",
	ExplainAlone:        "--explain prints words alone and looks at no machine; drop %s",
	SavedAlready:        "the evidence is saved already; drop --evidence",
	GroupingIsText:      "--by orders the text alone; drop it, or %s",
	OtherMachine:        "the evidence is that of the machine %q, not of %q",
	OtherMachineHint:    "drop --name; saved evidence names its machine",
	NotRegular:          "%q exists and is not a regular file",
	NotRegularHint:      "give another path; links and devices are never written through, and - is standard output",
	NoFolder:            "there is no folder %q",
	NoFolderHint:        "make it first, or give another path",
	NotWritable:         "nothing can be written in the folder %q",
	NotWritableHint:     "give a path in a folder of yours",
	Unreadable:          "%q cannot be read",
	UnreadableHint:      "give the path of a file that you may read",
	TooLarge:            "%q is larger than %d MiB",
	EmptyPath:           "%s wants the path of a file",
	EmptyPathHint:       "give a path behind it, or - where that is allowed",

	NeitherReportNorEvidence: "%q holds neither saved evidence nor a report",
	EarlierHint:              "save one with `clawarium check --evidence FILE` or `clawarium check --json`",
	ReportFormat:             "the report has format %d, this version reads %d",
	FileWritten:              "written: %s",

	Connection:      "Connection %s.",
	SavedEvidence:   "SAVED EVIDENCE: the machine was not looked at now. This is what was seen on %s.",
	SavedEvidenceBy: "Judged now by clawarium %s.",
	OnlyAsked:       "Only these were asked for: %s.",
	Unseen:          "Could not be checked: %s.",
	NotAsked:        "Not looked at, because not asked for: %s.",
	NotLookedAt:     "Not looked at: %s.",
	Everything:      "Every control of the catalogue was checked.",
	OwnerNote:       "What rests on your word is as true as your word, and lapses after 90 days.",

	Places: map[string]string{
		"host":    "This computer (host)",
		"libvirt": "libvirt, which runs the machine",
		"guest":   "Inside the machine (reported by the guest)",
		"owner":   "Your word",
	},
	PlaceNone: "Looked at nowhere",

	Audiences: map[string]string{
		"users":       "for ordinary users",
		"enterprises": "for enterprises",
		"providers":   "for cloud providers",
		"developers":  "for developers and enthusiasts",
		"all":         "for everybody",
	},
	Reconstructed: "reconstructed: the original was not at hand, this is after secondary copies",
	ClauseLine:    "%s%s (%s)",
	DocumentLine:  "%s, %s",
	NoAnswer:      "no control answers it",
	NeedsYou:      "Not met or not checked, one by one:",

	Compared:         "Compared with %s of %s.",
	ComparedWith:     map[string]string{"evidence": "saved evidence", "report": "the report"},
	ComparedOther:    "THAT WAS ANOTHER MACHINE: %s.",
	ComparedLanguage: "That report is in another language, so only the verdicts were compared, not what was seen.",
	Change:           "%s: was %s, is %s",
	ChangedControl:   "%s %s: was %s, is %s",
	NotLooked:        "not looked at",
	Nothing:          "Nothing changed.",
	SameElsewhere:    "The same as then: %s.",
	WasLine:          "%s (was: %s)",
	PlanName:         "plan",
	MachineName:      "%s at %s",

	ExplainHeading:  "%s  %s",
	WhatLabel:       "What it asks",
	LookedLabel:     "Looked at",
	WhereLabel:      "Where",
	RedLabel:        "Not met when, for example",
	ContainedLabel:  "Would have contained, or helped to",
	AskedLine:       "Part of it rests on your word: no program can see it.",
	NotInVersionYet: "This version of clawarium does not look at it yet.",
	Explained:       enExplained,

	HTML: ReportHTML{
		Lang: "en", Facts: "What this rests on", LookedAt: "Looked at", Took: "in %s", Machine: "Machine",
		Connection: "Connection", Plan: "Plan (SHA-256)", Overview: "All controls looked at",
		Control: "Control", Status: "Verdict", Title: "Title", Where: "Looked at on", Findings: "Findings by place", Seen: "Seen",
		Clauses: "Clause by clause", Clause: "Clause", Wording: "What it asks, in our words", AnsweredBy: "Answered by",
		Missing: "Not checked", Changes: "What changed", Was: "Was", Is: "Is", Gone: "gone", Came: "new", Altered: "other numbers",
		Contents: "On this page", Reconstructed: "reconstructed",
	},
	SARIF: ReportSARIF{
		Taxonomy:      "Guidance on OpenClaw",
		TaxonomyAbout: "Clauses of published guidance that the controls answer, in the words of clawarium.",
		NotLookedAt:   "%s was not looked at.",
		SavedEvidence: "Judged from saved evidence; the machine was not looked at now.",
		Result:        "%s: %s.",
		Exit: map[string]string{
			"0": "everything that was looked at holds",
			"1": "something is not met",
			"3": "not checked enough to say",
		},
	},
}

var zhReport = Report{
	FlagSARIF:    "把结论以 SARIF 2.1.0 写入这个文件（- 为标准输出）",
	FlagHTML:     "把便于打印的单文件网页写入这个文件（- 为标准输出）",
	FlagEvidence: "把证据保存到这个文件（- 为标准输出）",
	FlagOnly:     "只判断这些控制项，如 K1,K3；报告会列出其余各项",
	FlagExplain:  "解释这些控制项，如 K1,K3：内容、原因、对应条款、查看什么；不需要虚拟机",
	FlagFrom:     "判断这个文件里保存的证据（- 为标准输入），不查看虚拟机",
	FlagAgainst:  "说明与这份保存的证据或以前的 JSON 报告相比有何变化（- 为标准输入）",
	FlagBy:       "结论的排列：control（控制项）、place（位置）或 clause（条款）",

	UnknownControl:     "没有控制项 %q",
	UnknownControlHint: "控制项是 %s 到 %s，例如 --only K1,K3",
	NoControl:          "%s 没有写出控制项",
	NoControlHint:      "请写控制项编号，例如 --only K1,K3",

	UnknownGrouping:     "结论不能按 %q 排列",
	UnknownGroupingHint: "请选 --by control、--by place 或 --by clause",
	TwoToStdout:         "%s 与 %s 都要写到标准输出",
	TwoToStdoutHint:     "只留一个，其余写入文件",
	TwoFromStdin:        "--from 与 --against 不能同时读标准输入",
	TwoFromStdinHint:    "其中一个请给出文件",
	SameFile:            "%s 与 %s 指向同一个文件 %q",
	SameFileHint:        "请让它们各用各的文件",
	NotTogether:         "%s 不能与 %s 同用",
	ExplainAlone:        "--explain 只输出文字，不查看虚拟机；请去掉 %s",
	SavedAlready:        "证据已经保存过了；请去掉 --evidence",
	GroupingIsText:      "--by 只排列文字形式；请去掉它，或去掉 %s",
	OtherMachine:        "这份证据属于虚拟机 %q，不是 %q",
	OtherMachineHint:    "请去掉 --name；保存的证据写明了它的虚拟机",
	NotRegular:          "%q 已存在，且不是普通文件",
	NotRegularHint:      "请换一个路径；绝不通过链接或设备写入，- 表示标准输出",
	NoFolder:            "没有目录 %q",
	NoFolderHint:        "请先创建它，或换一个路径",
	NotWritable:         "目录 %q 里不能写入",
	NotWritableHint:     "请给出你自己目录里的路径",
	Unreadable:          "无法读取 %q",
	UnreadableHint:      "请给出一个你有权读取的文件",
	TooLarge:            "%q 超过 %d MiB",
	EmptyPath:           "%s 需要一个文件路径",
	EmptyPathHint:       "请在后面写路径，允许时也可写 -",

	NeitherReportNorEvidence: "%q 既不是保存的证据，也不是报告",
	EarlierHint:              "可用 `clawarium check --evidence 文件` 或 `clawarium check --json` 保存一份",
	ReportFormat:             "报告的格式是 %d，本版本读取 %d",
	FileWritten:              "已写入：%s",

	Connection:      "连接 %s。",
	SavedEvidence:   "保存的证据：现在没有查看虚拟机。以下是 %s 时看到的情况。",
	SavedEvidenceBy: "现由 clawarium %s 判断。",
	OnlyAsked:       "只要求查看：%s。",
	Unseen:          "未能检查：%s。",
	NotAsked:        "未要求，因而未查看：%s。",
	NotLookedAt:     "未查看：%s。",
	Everything:      "目录中的每个控制项都检查过。",
	OwnerNote:       "由你确认的内容，可信程度取决于你的确认，90 天后失效。",

	Places: map[string]string{
		"host":    "本机（主机）",
		"libvirt": "运行虚拟机的 libvirt",
		"guest":   "虚拟机内部（虚拟机自报）",
		"owner":   "你的确认",
	},
	PlaceNone: "哪里都没有查看",

	Audiences: map[string]string{
		"users":       "面向普通用户",
		"enterprises": "面向企业",
		"providers":   "面向云服务商",
		"developers":  "面向开发者与爱好者",
		"all":         "面向所有人",
	},
	Reconstructed: "重建：手边没有原文，据转载整理",
	ClauseLine:    "%s%s（%s）",
	DocumentLine:  "%s，%s",
	NoAnswer:      "没有控制项对应",
	NeedsYou:      "不满足或未检查的，逐项说明：",

	Compared:         "与 %[2]s 的%[1]s比较。",
	ComparedWith:     map[string]string{"evidence": "保存的证据", "report": "报告"},
	ComparedOther:    "那是另一台虚拟机：%s。",
	ComparedLanguage: "那份报告用的是另一种语言，因此只比较了结论，没有比较看到的内容。",
	Change:           "%s：原为 %s，现为 %s",
	ChangedControl:   "%s %s：原为%s，现为%s",
	NotLooked:        "未查看",
	Nothing:          "没有变化。",
	SameElsewhere:    "与当时相同：%s。",
	WasLine:          "%s（原为：%s）",
	PlanName:         "方案",
	MachineName:      "%[2]s 上的 %[1]s",

	ExplainHeading:  "%s  %s",
	WhatLabel:       "要求",
	LookedLabel:     "查看什么",
	WhereLabel:      "在哪里查看",
	RedLabel:        "例如在这些情况下不满足",
	ContainedLabel:  "本可遏制或有助于遏制",
	AskedLine:       "其中一部分要由你确认：程序看不到。",
	NotInVersionYet: "本版本的 clawarium 还不查看它。",
	Explained:       zhExplained,

	HTML: ReportHTML{
		Lang: "zh-CN", Facts: "依据", LookedAt: "查看时间", Took: "用时 %s", Machine: "虚拟机",
		Connection: "连接", Plan: "方案（SHA-256）", Overview: "查看过的全部控制项",
		Control: "控制项", Status: "结论", Title: "名称", Where: "查看位置", Findings: "按位置列出的结论", Seen: "看到的",
		Clauses: "逐条对应", Clause: "条款", Wording: "要求（转述）", AnsweredBy: "由谁对应",
		Missing: "未检查的", Changes: "变化", Was: "原为", Is: "现为", Gone: "消失", Came: "新增", Altered: "数字不同",
		Contents: "本页内容", Reconstructed: "重建",
	},
	SARIF: ReportSARIF{
		Taxonomy:      "OpenClaw 安全指引",
		TaxonomyAbout: "各控制项对应的公开指引条款，由 clawarium 转述。",
		NotLookedAt:   "没有查看 %s。",
		SavedEvidence: "依据保存的证据判断；现在没有查看虚拟机。",
		Result:        "%s：%s。",
		Exit: map[string]string{
			"0": "查看过的各项要求都成立",
			"1": "有要求不满足",
			"3": "检查不足以下结论",
		},
	},
}
