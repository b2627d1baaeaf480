package text

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// verbs finds printf verbs; %% is not one.
var verbs = regexp.MustCompile(`%(\[\d+\])?[-+# 0]*(\d+|\*)?(\.\d+)?[a-zA-Z]`)

func eachString(v reflect.Value, path string, visit func(path, s string)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name == "_" {
				continue
			}
			eachString(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
	case reflect.String:
		visit(path, v.String())
	case reflect.Map:
		for _, k := range v.MapKeys() {
			eachString(v.MapIndex(k), path+"["+k.String()+"]", visit)
		}
	default:
		panic("text holds strings, structs and maps of them only: " + path)
	}
}

func collect(s Strings) map[string]string {
	all := map[string]string{}
	eachString(reflect.ValueOf(s), "", func(path, s string) { all[path] = s })
	return all
}

// sortedVerbs numbers plain verbs in order, so that "%s of %d" and
// "%[2]d 之 %[1]s" compare equal.
func sortedVerbs(s string) []string {
	var out []string
	next := 1
	for _, m := range verbs.FindAllString(strings.ReplaceAll(s, "%%", ""), -1) {
		if !strings.Contains(m, "[") {
			m = "%[" + string(rune('0'+next)) + "]" + m[1:]
		}
		next++
		out = append(out, m)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestBothLanguagesAreCompleteAndKeepTheSamePlaceholders(t *testing.T) {
	en, zh := collect(english), collect(chinese)
	for path, s := range en {
		other, ok := zh[path]
		if !ok {
			t.Errorf("%s is missing in Chinese", path)
			continue
		}
		if s == "" || other == "" {
			t.Errorf("%s is empty: en %q, zh %q", path, s, other)
		}
		if a, b := sortedVerbs(s), sortedVerbs(other); !slices.Equal(a, b) {
			t.Errorf("%s: placeholders differ: en %v, zh %v", path, a, b)
		}
	}
	for path := range zh {
		if _, ok := en[path]; !ok {
			t.Errorf("%s is missing in English", path)
		}
	}
}

func TestLanguageComesFromTheFirstSetVariable(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{}, English},
		{map[string]string{"LANG": "zh_CN.UTF-8"}, Chinese},
		{map[string]string{"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, English},
		{map[string]string{"LC_MESSAGES": "zh_TW", "LANG": "en_GB"}, Chinese},
	} {
		if got := FromEnviron(func(k string) string { return c.env[k] }); got != c.want {
			t.Errorf("%v: got %q, want %q", c.env, got, c.want)
		}
	}
}
