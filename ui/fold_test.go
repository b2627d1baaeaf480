package ui

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestLinesAreFoldedBetweenWordsAndInColumns(t *testing.T) {
	const english = "error: the disk has 3 GiB free in /var/lib/libvirt/images/clawarium, and the machine needs 12 GiB there"
	const chinese = "错误：磁盘剩余空间不足，虚拟机需要十二吉字节，请清理之后再次运行同一条命令，已完成的步骤不会丢失"
	for _, width := range []int{20, 40, 60, 200} {
		for _, line := range []string{english, "    " + english, chinese, "  " + chinese, clearLine + english} {
			folded := foldLine(line, width)
			for i, part := range strings.Split(folded, "\n") {
				if w := ansi.StringWidth(part); w > width {
					t.Errorf("width %d: %d columns: %q", width, w, part)
				}
				if i > 0 && !strings.HasPrefix(part, "  ") {
					t.Errorf("width %d: not set in: %q", width, part)
				}
			}
			squeeze := func(s string) string { return strings.Join(strings.Fields(strings.TrimPrefix(s, clearLine)), "") }
			if squeeze(folded) != squeeze(line) {
				t.Errorf("width %d: %q became %q", width, line, folded)
			}
		}
	}
	if got := foldLine(english, 60); strings.Contains(got, "clawari\n") || !strings.Contains(got, "\n") {
		t.Errorf("%q", got)
	}
	// A line of Chinese ends wherever it is full, also behind a Latin word.
	if got := foldLine("这里把 AI 智能体 OpenClaw 安置在它自己的水族箱里：无论它做什么，都留在里面", 60); !strings.Contains(got, "OpenClaw 安置在") {
		t.Errorf("%q", got)
	}
	if got := foldLine("保存在 \"/home/t-pre/.local/state/clawarium/fixes/packages.log\"", 60); !strings.Contains(got, "/home/t-pre/") {
		t.Errorf("%q", got)
	}
	if got := foldLine(english, 5); got != english {
		t.Errorf("no room at all: %q", got)
	}
}

func TestPromptsAndPipesGoThroughAsTheyAre(t *testing.T) {
	var out bytes.Buffer
	f := &folder{to: &out, width: func() int { return 20 }}
	const prompt = "Make this machine now? [y/N] "
	if n, err := f.Write([]byte("one two three four five six\n" + prompt)); n != 28+len(prompt) || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if got := out.String(); got != "one two three four\n  five six\n"+prompt {
		t.Errorf("%q", got)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if Fold(w) != w {
		t.Error("a pipe is folded")
	}
}
