package checks

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// The search for secrets is measured on a generated set: synthetic secrets of
// every kind in the shapes in which people keep them, and near misses of each,
// which only a checksum, a length or their surroundings tell apart. Nobody's data
// is among them. The same seed gives the same set.

// sample is one file of the set. kind is what is in it; "" is nothing.
type sample struct {
	kind   string
	what   string // how it was made, for the failure message
	body   []byte
	secret string // which nothing that is printed may hold
}

type maker struct {
	*rand.Rand
	words []string
}

func newMaker(t testing.TB) maker {
	t.Helper()
	list, err := os.ReadFile("../assets/collector/bip39.txt")
	if err != nil {
		t.Fatal(err)
	}
	return maker{rand.New(rand.NewPCG(27, 17)), strings.Fields(string(list))}
}

func (m maker) pick(from ...string) string { return from[m.IntN(len(from))] }

func (m maker) of(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[m.IntN(len(alphabet))]
	}
	return string(b)
}

const (
	decimal  = "0123456789"
	lowerHex = "0123456789abcdef"
	base62   = decimal + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base64s  = base62 + "-_"
)

func (m maker) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(m.IntN(256))
	}
	return b
}

func checkDigit(seventeen string) string {
	total := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		total += int(seventeen[i]-'0') * w
	}
	return string("10X98765432"[total%11])
}

func (m maker) birthday() string {
	return time.Date(1930, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, m.IntN(34000)).Format("20060102")
}

func (m maker) identity() string {
	region := m.pick("11", "12", "13", "21", "31", "32", "33", "37", "44", "50", "51", "61", "65", "71", "81") + m.of(decimal, 4)
	base := region + m.birthday() + m.of(decimal, 3)
	return base + checkDigit(base)
}

// luhn completes digits to a number that passes the check.
func luhn(digits string) string {
	for c := range 10 {
		total := 0
		number := digits + fmt.Sprint(c)
		for i := range len(number) {
			d := int(number[len(number)-1-i] - '0')
			if i%2 == 1 {
				if d *= 2; d > 9 {
					d -= 9
				}
			}
			total += d
		}
		if total%10 == 0 {
			return number
		}
	}
	panic("one of ten always fits")
}

func (m maker) card() string {
	c := [][2]any{{"4", 16}, {"51", 16}, {"55", 16}, {"2340", 16}, {"37", 15}, {"34", 15}, {"6011", 16}, {"65", 16},
		{"3530", 16}, {"36", 14}, {"622202", 19}, {"621700", 19}, {"625912", 16}, {"955880", 19}}[m.IntN(14)]
	prefix := c[0].(string)
	return luhn(prefix + m.of(decimal, c[1].(int)-len(prefix)-1))
}

func grouped(number, by string) string {
	switch {
	case len(number) == 15:
		return number[:4] + by + number[4:10] + by + number[10:]
	case len(number) == 14:
		return number[:4] + by + number[4:10] + by + number[10:]
	}
	var groups []string
	for s := number; s != ""; s = s[min(4, len(s)):] {
		groups = append(groups, s[:min(4, len(s))])
	}
	return strings.Join(groups, by)
}

func (m maker) phrase(n int) []string {
	entropy := m.bytes(n * 4 / 3)
	sum := sha256.Sum256(entropy)
	bits := ""
	for _, b := range append(entropy, sum[0]) {
		bits += fmt.Sprintf("%08b", b)
	}
	words := make([]string, n)
	for i := range words {
		index := 0
		fmt.Sscanf(bits[i*11:i*11+11], "%b", &index)
		words[i] = m.words[index]
	}
	return words
}

// laid out as people write phrases down.
func (m maker) laidOut(words []string) string {
	switch m.IntN(8) {
	case 0:
		return strings.Join(words, "\n")
	case 1:
		var b strings.Builder
		for i, w := range words {
			fmt.Fprintf(&b, "%d. %s\n", i+1, w)
		}
		return b.String()
	case 2:
		var b strings.Builder
		for i, w := range words {
			b.WriteString(w)
			b.WriteString(map[bool]string{true: "\n", false: "  "}[i%4 == 3])
		}
		return b.String()
	case 3:
		return `["` + strings.Join(words, `", "`) + `"]`
	case 4:
		return strings.ToUpper(strings.Join(words, " "))
	case 5:
		return "my wallet seed phrase " + strings.Join(words, " ")
	case 6:
		return "助记词：" + strings.Join(words, ", ")
	}
	return strings.Join(words, " ")
}

func (m maker) privateKey() string {
	der := func(key any) []byte {
		data, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			panic(err)
		}
		return data
	}
	var block *pem.Block
	switch m.IntN(5) {
	case 0:
		block = &pem.Block{Type: "PRIVATE KEY", Bytes: der(ed25519.NewKeyFromSeed(m.bytes(32)))}
	case 1:
		k := &ecdsa.PrivateKey{}
		k.Curve = elliptic.P256()
		block = &pem.Block{Type: "EC PRIVATE KEY", Bytes: append([]byte{0x30, 0x77, 2, 1, 1, 4, 0x20}, m.bytes(112)...)}
	case 2:
		block = &pem.Block{Type: "RSA PRIVATE KEY", Bytes: append([]byte{0x30, 0x82, 4, 0xa3, 2, 1, 0}, m.bytes(1180)...)}
	case 3:
		block = &pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: append([]byte("openssh-key-v1\x00"), m.bytes(300)...)}
	case 4:
		block = &pem.Block{Type: "RSA PRIVATE KEY", Bytes: m.bytes(1200),
			Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC," + m.of("0123456789ABCDEF", 32)}}
	}
	return string(pem.EncodeToMemory(block))
}

func (m maker) apiKey() (kind, key string) {
	switch m.IntN(14) {
	case 0:
		return "key:anthropic", "sk-ant-api03-" + m.of(base64s, 93) + "AA"
	case 1:
		return "key:openai", "sk-" + m.of(base62, 48)
	case 2:
		return "key:openai", "sk-proj-" + m.of(base64s, 74) + "T3BlbkFJ" + m.of(base64s, 74)
	case 3:
		return "key:openai", "sk-" + m.of(lowerHex, 32) // others use the same shape
	case 4:
		return "key:aws", "AKIA" + m.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
	case 5:
		return "key:github", m.pick("ghp_", "gho_", "ghs_") + m.of(base62, 36)
	case 6:
		return "key:github", "github_pat_" + m.of(base62, 22) + "_" + m.of(base62, 59)
	case 7:
		return "key:google", "AIza" + m.of(base64s, 34) + m.of(base62, 1)
	case 8:
		return "key:slack", "xoxb-" + m.of(decimal, 12) + "-" + m.of(decimal, 13) + "-" + m.of(base62, 24)
	case 9:
		return "key:telegram", m.of("123456789", 1) + m.of(decimal, 9) + ":AA" + m.of(base64s, 32) + m.of(base62, 1)
	case 10:
		return "key:zhipu", m.of(lowerHex, 32) + "." + m.of(base62, 16)
	case 11:
		return "key:stripe", "sk_live_" + m.of(base62, 24)
	case 12:
		return "key:alibaba", "LTAI5t" + m.of(base62, 18)
	}
	return "key:gitlab", "glpat-" + m.of(base62, 20)
}

func (m maker) lorem(n int) string {
	words := strings.Fields("lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua " +
		"the agent reads its mail every morning and writes a short note about what is new 今天 会议 日程 备忘")
	out := make([]string, n)
	for i := range out {
		out[i] = m.pick(words...)
	}
	return strings.Join(out, " ")
}

// around puts a value where such values stand.
func (m maker) around(name, value string) string {
	before, after := m.lorem(m.IntN(30)), m.lorem(m.IntN(30))
	switch m.IntN(7) {
	case 0:
		return before + "\n" + name + ": " + value + "\n" + after
	case 1:
		return before + "\n{\"" + name + "\": \"" + value + "\"}\n" + after
	case 2:
		return "id,name,value,n\n7," + name + "," + value + ",12\n"
	case 3:
		return before + "\nexport " + strings.ToUpper(name) + "=" + value + "\n" + after
	case 4:
		return before + " " + value + ". " + after
	case 5:
		return before + "（" + value + "）" + after
	}
	return before + "\n\n" + value + "\n\n" + after
}

func utf16le(s string) []byte {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '０' + r - '0'
		}
		return r
	}, s)
}

func (m maker) positives(n int) []sample {
	var out []sample
	add := func(kind, what, body, secret string) {
		s := sample{kind: kind, what: what, body: []byte(body), secret: secret}
		if m.IntN(20) == 0 {
			s.body, s.what = utf16le(body), what+", UTF-16"
		}
		out = append(out, s)
	}
	for range n {
		id := m.identity()
		switch m.IntN(5) {
		case 0:
			add("identity", "in groups", m.around("id", id[:6]+" "+id[6:14]+" "+id[14:]), id)
		case 1:
			add("identity", "full width", "身份证号"+fullWidth(id)+"，"+m.lorem(9), id)
		case 2:
			add("identity", "lower case", m.around("id", strings.ToLower(id)), id)
		case 3:
			add("identity", "in a sentence", "他的身份证号码是"+id+"。"+m.lorem(12), id)
		default:
			add("identity", "plain", m.around("id", id), id)
		}
		card := m.card()
		switch m.IntN(4) {
		case 0:
			add("card", "in groups", m.around("card", grouped(card, " ")), card)
		case 1:
			add("card", "with dashes", m.around("card", grouped(card, "-")), card)
		case 2:
			add("card", "with what is on the back", "bank card "+grouped(card, " ")+" 12/29 "+m.of(decimal, 3)+"\n", card)
		default:
			add("card", "plain", m.around("card", card), card)
		}
		key := m.privateKey()
		switch m.IntN(3) {
		case 0:
			escaped, _ := json.Marshal(map[string]string{"private_key": key})
			add("private-key", "in JSON", string(escaped), key)
		case 1:
			add("private-key", "indented", "key: |\n  "+strings.ReplaceAll(strings.TrimSpace(key), "\n", "\n  ")+"\n", key)
		default:
			add("private-key", "plain", m.lorem(20)+"\n"+key, key)
		}
		words := m.phrase([]int{12, 15, 18, 21, 24}[m.IntN(5)])
		add("seed", "phrase", m.lorem(11)+".\n\n"+m.laidOut(words)+"\n\n"+m.lorem(9), strings.Join(words[2:6], " "))
		kind, api := m.apiKey()
		add(kind, "API key", m.around("api_key", api), api)
		bearer := m.of(base64s, 40+m.IntN(30)) + m.of(base62, 1)
		add("bearer", "header", m.lorem(7)+"\ncurl -H 'Authorization: Bearer "+bearer+"' https://api.example.com/\n", bearer)
	}
	return out
}

func (m maker) negatives(n int) []sample {
	var out []sample
	add := func(what, body string) { out = append(out, sample{what: what, body: []byte(body)}) }
	wrong := func(c byte) string { return string('0' + (c-'0'+1+byte(m.IntN(8)))%10) }
	for range n {
		id := m.identity()
		bad := "0"
		for bad == id[17:] || bad == "0" {
			bad = m.pick("1", "2", "3", "4", "5", "6", "7", "8", "9", "X")
		}
		add("identity with a bad check digit", m.around("id", id[:17]+bad))
		nowhere := m.pick("16", "24", "39", "47", "55", "66", "91", "99") + id[2:17]
		add("identity of no region", m.around("id", nowhere+checkDigit(nowhere)))
		date := id[:6] + m.pick("19991340", "20011301", "18991231", "20990101", "19900230") + id[14:17]
		add("identity of no day", m.around("id", date+checkDigit(date)))
		add("a digit too many", m.around("id", id[:17]+m.of(decimal, 2)))
		add("a digit too few", m.around("id", id[:16]+checkDigit(id[:16]+"0")))

		card := m.card()
		last := card[len(card)-1]
		add("card with a bad check digit", m.around("card", grouped(card[:len(card)-1]+wrong(last), m.pick("", " ", "-"))))
		add("of no network", m.around("number", luhn(m.pick("1", "7", "98", "29")+m.of(decimal, 13+m.IntN(2)))))
		add("too short for a card", m.around("number", luhn("4"+m.of(decimal, 10))))
		add("too long for a card", m.around("number", luhn("4"+m.of(decimal, 18))))
		add("part of a longer number", m.around("number", m.of(decimal, 9)+card+m.of(decimal, 7)))
		add("order number", m.around("order", m.of("123456789", 1)+m.of(decimal, 15)))

		add("hexadecimal", m.around("hash", m.of(lowerHex, []int{32, 40, 64, 128}[m.IntN(4)])))
		u := m.bytes(16)
		add("UUID", m.around("id", fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])))
		add("UUID of digits", m.around("id", m.of(decimal, 8)+"-"+m.of(decimal, 4)+"-4"+m.of(decimal, 3)+"-8"+m.of(decimal, 3)+"-"+m.of(decimal, 12)))
		add("phone", m.around("phone", m.pick("+86 1", "1", "+861", "0086-1")+m.of("3456789", 1)+m.of(decimal, 9)))
		at := time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(m.Int64N(8 * 365 * 24 * int64(time.Hour))))
		add("time stamp", m.around("at", m.pick(fmt.Sprint(at.Unix()), fmt.Sprint(at.UnixMilli()), fmt.Sprint(at.UnixMicro()),
			fmt.Sprint(at.UnixNano()), at.Format(time.RFC3339Nano), at.Format("20060102150405"), at.Format("20060102 150405.000000"))))
		add("snowflake", m.around("id", fmt.Sprint(1e18+m.Int64N(5e17))))
		add("fraction", m.around("value", "0."+card+m.of(decimal, 1)))
		add("coordinates", m.around("where", m.of("123456789", 2)+"."+m.of(decimal, 15)+", "+m.of("123456789", 3)+"."+m.of(decimal, 14)))
		add("address in a URL", "https://shop.example/item/"+card+"/view?page=2\n")
		var table strings.Builder
		for range 6 {
			for range 9 {
				table.WriteString(m.of("123456789", 1) + m.of(decimal, 3) + " ")
			}
			table.WriteString("\n")
		}
		add("table of numbers", table.String())
		add("bar code", m.around("ean", "4"+m.of(decimal, 12)))
		add("network addresses", m.around("ip", fmt.Sprintf("%d.%d.%d.%d:%d", m.IntN(256), m.IntN(256), m.IntN(256), m.IntN(256), m.IntN(65536))))

		words := m.phrase(12 + 3*m.IntN(5))
		for i := range words { // a word exchanged, until the checksum no longer fits by chance
			swapped := slices.Clone(words)
			swapped[i] = m.words[m.IntN(len(m.words))]
			if !fits(m.words, swapped) {
				words = swapped
				break
			}
		}
		add("phrase with a bad checksum", m.lorem(5)+".\n"+strings.Join(words, " ")+"\n")
		add("eleven words", m.lorem(5)+".\n"+strings.Join(m.phrase(12)[:11], " ")+".\n")
		add("phrase with a word of no list", strings.Join(append(m.phrase(12)[:11], "keyboard"), " ")+"\n")
		add("lorem", m.lorem(200))
		add("prose", "When people install software they should always follow the same simple steps: check what it will change, keep a copy, "+
			"try it where nothing can break, and only then use it every day. "+m.lorem(40))

		add("public key", "-----BEGIN PUBLIC KEY-----\n"+base64.StdEncoding.EncodeToString(m.bytes(91))+"\n-----END PUBLIC KEY-----\n")
		add("key left out", "-----BEGIN PRIVATE KEY-----\n"+m.pick("...", "<your key here>", "MIIEv...snip...", "[redacted]")+"\n-----END PRIVATE KEY-----\n")
		add("talk about keys", "The file begins with -----BEGIN OPENSSH PRIVATE KEY----- and must not be shared. "+m.lorem(30))
		add("public SSH key", "ssh-ed25519 "+base64.StdEncoding.EncodeToString(m.bytes(51))+" me@host\n")
		add("placeholder", m.around("api_key", m.pick("sk-ant-api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "sk-your-openai-api-key-goes-here-please",
			"AKIAIOSFODNN7EXAMPLE", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "AIzaSyXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", "sk-1234567890abcdef1234567890abcdef")))
		add("class name", `<div class="sk-`+m.pick("fading-circle-container-wrapper-large", "cube-grid-loading-spinner-animation-x")+`"></div>`)
		add("reference", "Authorization: Bearer "+m.pick("$OPENCLAW_GATEWAY_TOKEN_FROM_ENVIRONMENT", "<the-token-that-you-were-given-here>", "${{ secrets.DEPLOYMENT_TOKEN_OF_THE_DAY }}")+"\n")
		add("base64", base64.StdEncoding.EncodeToString(m.bytes(600)))
		add("package lock", `"integrity": "sha512-`+base64.StdEncoding.EncodeToString(m.bytes(64))+`"`)
		add("digest with a name", m.of(lowerHex, 32)+"."+m.pick("tar", "json", "min", "chunk")+".gz  "+m.of(lowerHex, 64))
	}
	add("the list of words itself", strings.Join(m.words, "\n"))
	add("the list of words in one line", strings.Join(m.words, " "))
	return out
}

// fits says whether the checksum of a phrase does.
func fits(list, words []string) bool {
	bits := ""
	for _, w := range words {
		bits += fmt.Sprintf("%011b", slices.Index(list, w))
	}
	n := len(bits) * 32 / 33
	entropy := make([]byte, n/8)
	for i := range entropy {
		fmt.Sscanf(bits[i*8:i*8+8], "%b", &entropy[i])
	}
	sum := sha256.Sum256(entropy)
	return strings.HasPrefix(fmt.Sprintf("%08b", sum[0]), bits[n:])
}

// keptProgram is the collector as it is sent, with other parameters and with
// driver in place of its main.
func keptProgram(t testing.TB, params map[string]any, driver string) []byte {
	t.Helper()
	head, body, ok := bytes.Cut(CollectorProgram(""), []byte("\n"))
	if !ok {
		t.Fatal("the collector has no parameters")
	}
	all := map[string]any{}
	if err := json.Unmarshal(bytes.TrimPrefix(head, []byte("PARAMS = ")), &all); err != nil {
		t.Fatal(err)
	}
	for name, value := range params {
		all[name] = value
	}
	body, ok = bytes.CutSuffix(body, []byte("\n\nmain()\n"))
	if !ok {
		t.Fatal("the collector does not end with its main")
	}
	return slices.Concat([]byte("PARAMS = "), mustJSON(all), []byte("\n"), body, []byte("\n\n"+driver+"\n"))
}

// runKept runs it and parses what it prints.
func runKept(t testing.TB, into any, params map[string]any, driver string) []byte {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here to run the collector with")
	}
	cmd := exec.Command(python, "-I", "-S", "-B", "-")
	cmd.Stdin = bytes.NewReader(keptProgram(t, params, driver))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatalf("%v: %.200s", err, out)
	}
	return out
}

// generated writes the set into a directory, one file a sample.
func generated(t testing.TB, positives, negatives int) (dir string, set []sample) {
	t.Helper()
	m := newMaker(t)
	set = append(m.positives(positives), m.negatives(negatives)...)
	dir = t.TempDir()
	for i, s := range set {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%05d.txt", i)), s.body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, set
}

const scanAll = `json.dump(kept_scan([%q], files=10**6, size=1<<40, seconds=600, most=10**6), sys.stdout)`

// quality counts: a sample with a secret that is found, one that is not, and
// anything found where nothing is.
func quality(t testing.TB, set []sample, scan SecretScan, complain func(format string, args ...any)) (precision, recall float64) {
	t.Helper()
	kinds := map[int][]string{}
	for _, f := range scan.Found {
		var n int
		if _, err := fmt.Sscanf(filepath.Base(f.Path), "%05d.txt", &n); err != nil {
			t.Fatal(f.Path)
		}
		kinds[n] = append(kinds[n], f.Kind)
	}
	right, wrong, missed := 0, 0, 0
	for i, s := range set {
		hit := slices.Contains(kinds[i], s.kind)
		switch {
		case s.kind != "" && !hit:
			missed++
			complain("missed: %s, %s: %q", s.kind, s.what, s.body)
		case hit:
			right++
		}
		for _, kind := range kinds[i] {
			if kind != s.kind {
				wrong++
				complain("taken for %s: %s %s: %.300q", kind, s.kind, s.what, s.body)
			}
		}
	}
	return float64(right) / float64(right+wrong), float64(right) / float64(right+missed)
}

func TestSecretsAreFoundAndNearMissesAreNot(t *testing.T) {
	dir, set := generated(t, 60, 60)
	var scan SecretScan
	out := runKept(t, &scan, nil, fmt.Sprintf(scanAll, dir))
	precision, recall := quality(t, set, scan, t.Logf)
	t.Logf("%d samples, %d found: precision %.4f, recall %.4f", len(set), len(scan.Found), precision, recall)
	if precision < 0.99 || recall < 0.99 {
		t.Errorf("precision %.4f, recall %.4f, wanted 0.99 of both", precision, recall)
	}
	for _, s := range set {
		if s.secret != "" && bytes.Contains(out, []byte(strings.TrimSpace(s.secret))) {
			t.Errorf("a %s was printed", s.kind)
		}
	}
	for _, f := range scan.Found {
		shown := strings.ReplaceAll(f.Masked, "…", "")
		if f.Kind != "seed" && len([]rune(shown)) > 4 || f.Kind == "private-key" && f.Masked != "" || f.Line < 1 {
			t.Errorf("%+v", f)
		}
	}
}

// BenchmarkSecretScan prints precision and recall on the larger set, and how fast
// it is looked through.
func BenchmarkSecretScan(b *testing.B) {
	dir, set := generated(b, 500, 500)
	var size int64
	for _, s := range set {
		size += int64(len(s.body))
	}
	b.SetBytes(size)
	var scan SecretScan
	for b.Loop() {
		scan = SecretScan{}
		runKept(b, &scan, nil, fmt.Sprintf(scanAll, dir))
	}
	precision, recall := quality(b, set, scan, func(string, ...any) {})
	b.ReportMetric(precision, "precision")
	b.ReportMetric(recall, "recall")
	b.ReportMetric(float64(len(set)), "samples")
}
