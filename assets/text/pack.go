package text

// Texts in a quarter of the room that they take as variables of a program: their bytes
// one after the other, compressed, and unpacked when their language is used.

import (
	"bytes"
	"compress/gzip"
	"io"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

// Pack writes all strings of a language in the order of their fields.
func Pack(s *Strings) []byte {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // the level is one of its own
	put(reflect.ValueOf(s).Elem(), func(s string) {
		if strings.Contains(s, end) {
			panic("a text has the character that ends one: " + s)
		}
		_, _ = io.WriteString(w, s+end) // a buffer takes everything
	})
	_ = w.Close()
	return packed.Bytes()
}

const end = "\x00"

func put(v reflect.Value, write func(string)) {
	switch v.Kind() {
	case reflect.String:
		write(v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			put(v.Field(i), write)
		}
	case reflect.Map:
		keys := v.MapKeys()
		sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
		write(strconv.Itoa(len(keys)))
		for _, key := range keys {
			put(key, write)
			put(v.MapIndex(key), write)
		}
	}
}

// unpack reads them again. It panics when there are fewer than there are fields.
func unpack(packed string) *Strings {
	r, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		panic(err)
	}
	var all strings.Builder
	if _, err := io.Copy(&all, r); err != nil {
		panic(err)
	}
	rest, s := all.String(), &Strings{}
	take(reflect.ValueOf(s).Elem(), func() (text string) {
		text, after, found := strings.Cut(rest, end)
		if !found {
			panic("a text is missing")
		}
		rest = after
		return text
	})
	return s
}

func take(v reflect.Value, read func() string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(read())
	case reflect.Struct:
		for i := range v.NumField() {
			take(v.Field(i), read)
		}
	case reflect.Map:
		n, err := strconv.Atoi(read())
		if err != nil {
			panic(err)
		}
		v.Set(reflect.MakeMapWithSize(v.Type(), n))
		for range n {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			take(key, read)
			take(value, read)
			v.SetMapIndex(key, value)
		}
	}
}
