package text

import (
	"bytes"
	"reflect"
	"testing"
)

func TestALanguageComesOutOfItsPackAsItWentIn(t *testing.T) {
	for _, lang := range []string{English, Chinese} {
		packed := Pack(in(lang))
		if got := unpack(string(packed)); !reflect.DeepEqual(got, in(lang)) {
			t.Errorf("%s is not what it was", lang)
		}
		if !bytes.Equal(packed, Pack(in(lang))) {
			t.Errorf("%s: the same texts make another pack", lang)
		}
	}
}

func TestAPackThatIsNotWholeIsRefused(t *testing.T) {
	whole := string(Pack(&Strings{}))
	if got := unpack(whole); got.Command.RootShort != "" {
		t.Errorf("%q", got.Command.RootShort)
	}
	for name, packed := range map[string]string{"none": "", "cut": whole[:len(whole)-5], "of something else": "en"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is taken for a language", name)
				}
			}()
			unpack(packed)
		}()
	}
	defer func() {
		if recover() == nil {
			t.Error("a text with the character that ends one was packed")
		}
	}()
	Pack(&Strings{Usage: Usage{Flags: "a\x00b"}})
}
