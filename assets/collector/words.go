package collector

// The words of seed phrases, small enough to be sent along each time.

import (
	"bytes"
	"compress/zlib"
	_ "embed"
	"encoding/base64"
	"strings"
	"sync"
)

// bip39.txt is the English word list of BIP-39, sorted, one word a line.
//
//go:embed bip39.txt
var bip39 string

// SeedWords is the list as the collector takes it: each word as the number of
// letters that it shares with the one before it and the rest, compressed, in
// base64. 13 KB become 6.
var SeedWords = sync.OnceValue(func() string {
	var packed bytes.Buffer
	w, _ := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	before := ""
	for word := range strings.Lines(bip39) {
		word = strings.TrimSpace(word)
		n := 0
		for n < len(before) && n < len(word) && before[n] == word[n] {
			n++
		}
		_, _ = w.Write([]byte{'0' + byte(n)}) // a buffer takes everything
		_, _ = w.Write([]byte(word[n:]))
		before = word
	}
	_ = w.Close()
	return base64.StdEncoding.EncodeToString(packed.Bytes())
})
