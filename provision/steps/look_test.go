package steps

import (
	"bytes"
	"io"
	"testing"
)

// However the bytes come, by Write or by io.Copy, no more than the limit is kept,
// and the first one too many is told once.
func TestWhatAGuestSaysIsBounded(t *testing.T) {
	flood := bytes.Repeat([]byte("x"), 1<<20)
	told := 0
	b := &bounded{left: 1000, over: func() { told++ }}
	if n, err := io.Copy(b, bytes.NewReader(flood)); n != int64(len(flood)) || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if b.Len() != 1000 || cap(b.Bytes()) > 64<<10 || told != 1 || !b.full.Load() {
		t.Errorf("%d bytes of %d are kept, told %d times, %d left", b.Len(), cap(b.Bytes()), told, b.left)
	}
	exact := &bounded{left: 4}
	if n, err := exact.Write([]byte("1234")); n != 4 || err != nil || exact.left != 0 || exact.full.Load() || string(exact.Bytes()) != "1234" {
		t.Errorf("%d, %v, %d left, %q", n, err, exact.left, exact.Bytes())
	}
}
