package checks

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

// However two sources differ, in a byte, in length, or by failing on the way, each
// gets the digest of its own bytes.
func TestADigestIsThatOfEachSourceHoweverTheTwoDiffer(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	content := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return b
	}
	broken := errors.New("broken")
	open := func(data []byte, fails int) func(context.Context) (io.ReadCloser, int64, error) {
		return func(context.Context) (io.ReadCloser, int64, error) {
			var r io.Reader = bytes.NewReader(data)
			if fails >= 0 {
				r = io.MultiReader(bytes.NewReader(data[:min(fails, len(data))]), iotest.ErrReader(broken))
			}
			return io.NopCloser(r), int64(len(data)), nil
		}
	}
	lengths := []int{0, 1, 100, digestChunk - 1, digestChunk, digestChunk + 1, 2*digestChunk + 77}
	for range 150 {
		a := content(lengths[random.IntN(len(lengths))])
		b := bytes.Clone(a)
		switch random.IntN(4) {
		case 0:
			if len(b) > 0 {
				b[random.IntN(len(b))] ^= 1
			}
		case 1:
			b = b[:random.IntN(len(b)+1)]
		case 2:
			b = append(b, content(1+random.IntN(digestChunk))...)
		}
		fails := [2]int{-1, -1}
		if random.IntN(3) == 0 {
			fails[random.IntN(2)] = random.IntN(len(a) + 1)
		}
		for _, newHash := range []func() hash.Hash{sha256.New, sha512.New} {
			pair := [2]source{{CachedImage, "a", open(a, fails[0])}, {BaseVolume, "b", open(b, fails[1])}}
			got := digestPair(t.Context(), pair, newHash, &shared{})
			for i, data := range [][]byte{a, b} {
				h := newHash()
				h.Write(data)
				want := hex.EncodeToString(h.Sum(nil))
				switch {
				case fails[i] >= 0:
					if got[i].OK || got[i].Err != broken.Error() {
						t.Fatalf("a source that fails at %d of %d gave %+v", fails[i], len(data), got[i])
					}
				case !got[i].OK || got[i].Value.SHA256+got[i].Value.SHA512 != want || got[i].Value.Size != int64(len(data)):
					t.Fatalf("lengths %d and %d, failing at %v: source %d gave %+v, wanted %s", len(a), len(b), fails, i, got[i], want)
				}
			}
		}
	}
}

func TestADigestOfWhatIsNotThereSaysSoAndLeavesTheOther(t *testing.T) {
	gone := func(context.Context) (io.ReadCloser, int64, error) { return nil, 0, fs.ErrNotExist }
	there := func(context.Context) (io.ReadCloser, int64, error) {
		return io.NopCloser(bytes.NewReader([]byte("x"))), 1, nil
	}
	got := digestPair(t.Context(), [2]source{{CachedImage, "a", gone}, {BaseVolume, "b", there}}, sha256.New, &shared{})
	if !got[0].Value.Absent || got[1].Value.SHA256 != hex.EncodeToString(func() []byte { s := sha256.Sum256([]byte("x")); return s[:] }()) {
		t.Errorf("%+v", got)
	}
	got = digestPair(t.Context(), [2]source{{CachedImage, "", there}, {BaseVolume, "b", there}}, sha256.New, &shared{})
	if got[0].OK || !got[1].OK {
		t.Errorf("%+v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got = digestPair(ctx, [2]source{{CachedImage, "a", there}, {BaseVolume, "b", there}}, sha256.New, &shared{}); got[0].OK || got[1].OK {
		t.Errorf("a cancelled look was told as done: %+v", got)
	}
}
