package text

// Usage is what `--help` says around the words about a command.
type Usage struct {
	_ incomparable

	Usage, Commands, Flags string // headings
	AnyCommand, AnyFlags   string // in the line that shows how to call it
	Default                string // of a flag
	FlagHelp, FlagVersion  string
	HelpShort              string
	CompletionShort        string
}

var enUsage = Usage{
	Usage: "Usage", Commands: "Commands", Flags: "Flags", AnyCommand: "COMMAND", AnyFlags: "[FLAGS]",
	Default:  "%s (default: %s)",
	FlagHelp: "this help, of any command", FlagVersion: "print the version of clawarium",
	HelpShort: "Help about a command", CompletionShort: "Write the script with which a shell completes commands",
}

var zhUsage = Usage{
	Usage: "用法", Commands: "命令", Flags: "选项", AnyCommand: "命令", AnyFlags: "[选项]",
	Default:  "%s（默认：%s）",
	FlagHelp: "显示这份说明；每个命令都可以用", FlagVersion: "显示 clawarium 的版本",
	HelpShort: "某个命令的说明", CompletionShort: "生成让 shell 自动补全命令的脚本",
}
