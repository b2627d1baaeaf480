package warden

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/provision/plan"
)

func TestNamesHaveOneForm(t *testing.T) {
	for in, want := range map[string]string{
		"api.example.com":               "api.example.com",
		"API.Example.COM":               "api.example.com",
		"api.example.com.":              "api.example.com",
		"xn--bcher-kva.example":         "xn--bcher-kva.example",
		"XN--BCHER-KVA.example":         "xn--bcher-kva.example",
		"a_b.example.com":               "a_b.example.com",
		"_dmarc.example.com":            "_dmarc.example.com",
		"1.2.3.4.example.com":           "1.2.3.4.example.com",
		"10.example.com":                "10.example.com",
		"0x7f.example":                  "0x7f.example",
		"1e100.net":                     "1e100.net",
		"a--b.example.com":              "a--b.example.com",
		strings.Repeat("a", 63) + ".de": strings.Repeat("a", 63) + ".de",
	} {
		if got, kind := canonical(in); got != want || kind != asName {
			t.Errorf("canonical(%q) = %q, %d; want the name %q", in, got, kind, want)
		}
	}
}

func TestWhatIsNoNameIsNothing(t *testing.T) {
	for _, in := range []string{
		"", ".", "..", "localhost", "router", "com", "com.", "a..b", ".example.com", "example.com..", " example.com", "example.com ",
		"exam ple.com", "example.com\x00", "example.com\x00.evil.com", "example.com\n", "example.com\r", "example.com/", "example.com?x", "example.com#x", "user@example.com",
		"example.com\\", "-a.example.com", "a-.example.com", "bücher.example", "ｅxample.com", "example。com", "exаmple.com" /* Cyrillic */, "\u212a.example.com" /* the sign for kelvin */, "ß.example",
		"*.example.com", "a*.example.com", "example.c*m", "a,b.example.com", "a;b.example.com", "a'b.example.com", `"a.example.com"`, "<a>.example.com", "a|b.example.com",
		"\u200bexample.com", "example.com\u202e", "exam\u00adple.com", "é.com", strings.Repeat("a", 64) + ".com", strings.Repeat("a.", 127) + "com",
		"example.com!", "[example.com", "[::1", "[]", "[example.com]x", "a\tb.com", "a\x7f.com", "\xff\xfe.com",
	} {
		if got, kind := canonical(in); kind == asName || kind == asAddress || got != "" {
			t.Errorf("canonical(%q) = %q, %d", in, got, kind)
		}
	}
}

func TestAddressesInTheirUsualFormAreAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"8.8.8.8": "8.8.8.8", "127.0.0.1": "127.0.0.1", "0.0.0.0": "0.0.0.0", "255.255.255.255": "255.255.255.255",
		"2606:4700::1111": "2606:4700::1111", "[2606:4700::1111]": "2606:4700::1111", "2606:4700:0:0:0:0:0:1111": "2606:4700::1111", "2606:4700::ABCD": "2606:4700::abcd",
		"::1": "::1", "[::]": "::", "fe80::1": "fe80::1", "64:ff9b::7f00:1": "64:ff9b::7f00:1", "64:ff9b::127.0.0.1": "64:ff9b::7f00:1",
	} {
		if got, kind := canonical(in); got != want || kind != asAddress {
			t.Errorf("canonical(%q) = %q, %d; want the address %q", in, got, kind, want)
		}
	}
}

// oddAddresses are ways in which one C library, browser or resolver or another reads an
// address. Each must be refused as an address, never looked up as a name.
func oddAddresses() []string {
	odd := []string{
		"127.1", "127.0.1", "0x7f.1", "0X7F.0.0.1", "0x7f000001", "0x7F000001", "2130706433", "017700000001", "0177.0.0.1", "0177.1", "127.0.0.01", "127.0.0.0x1", "00000127.0.0.1",
		"1", "0", "00", "0x0", "0x", "127.0.0.1.", "8.8.8.8.", "2130706433.", "0x7f.1.", "127.0.0.1..", "3232235777", "0xc0a80101", "192.168.257", "192.11010305", "0300.0250.1.1",
		"256.256.256.256", "999.1.1.1", "1.2.3", "1.2.3.4.5", "1.2.3.4.5.6", "4294967296", "99999999999999999999", "0x100000000", "08.8.8.8", "8.8.8.08", "example.1", "example.com.0x1", "a.b.c.0177", "foo.0x7f",
		"::ffff:127.0.0.1", "[::ffff:127.0.0.1]", "::ffff:7f00:1", "[::ffff:7f00:1]", "::ffff:8.8.8.8", "::FFFF:0a00:0001", "0:0:0:0:0:ffff:127.0.0.1", "0000:0000:0000:0000:0000:ffff:7f00:0001",
		"fe80::1%eth0", "[fe80::1%eth0]", "fe80::1%25eth0", "[fe80::1%25lo]", "::1%lo", "[::1%1]", "::1%", "127.0.0.1%lo", "8.8.8.8%eth0",
		"[127.0.0.1]", "[8.8.8.8]", "[localhost]", "[example.com]", "::1::", ":::", "1::2::3", "12345::", "::g", "::1.2.3.256", "::ffff:1.2.3", "1:2:3:4:5:6:7:8:9", ":1", "1:", "a:b", "localhost:80", "example.com:443",
		"127.0.0.1:80", "%31%32%37.0.0.1", "127.0.0.1%00", "0x7f.0x0.0x0.0x1", "0x.0x.0x.0x", "1.0x", "7f.0.0.1.0x0",
	}
	for _, zero := range []string{"00", "0x0", "0x00", "000", "0000000"} { // in every place
		for _, form := range []string{"127.%.%.1", "127.%.1", "127.0.0.%", "%.%.%.%"} {
			odd = append(odd, strings.ReplaceAll(form, "%", zero))
		}
	}
	for _, private := range []string{"10.0.0.1", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "127.0.0.1", "224.0.0.1", "0.0.0.0"} {
		a := netip.MustParseAddr(private).As4()
		n := uint64(a[0])<<24 | uint64(a[1])<<16 | uint64(a[2])<<8 | uint64(a[3])
		odd = append(odd,
			itoa(n, 10), "0"+itoa(n, 8), "0x"+itoa(n, 16), "0X"+strings.ToUpper(itoa(n, 16)), "0000"+itoa(n, 8), "0x0000"+itoa(n, 16),
			itoa(uint64(a[0]), 10)+"."+itoa(n&0xffffff, 10), "0x"+itoa(uint64(a[0]), 16)+"."+itoa(n&0xffffff, 10),
			itoa(uint64(a[0]), 10)+"."+itoa(uint64(a[1]), 10)+"."+itoa(n&0xffff, 10), "0"+itoa(uint64(a[0]), 8)+"."+itoa(uint64(a[1]), 10)+"."+itoa(uint64(a[2]), 10)+"."+itoa(uint64(a[3]), 10),
			private+".", "::ffff:"+private, "[::ffff:"+private+"]", "0:0:0:0:0:ffff:"+private, private+"%0", "["+private+"]",
		)
	}
	return odd
}

func itoa(n uint64, base int) string {
	const digits = "0123456789abcdef"
	s := ""
	for {
		s = string(digits[n%uint64(base)]) + s
		if n /= uint64(base); n == 0 {
			return s
		}
	}
}

func TestOddFormsOfAddressesAreAddressesAndRefused(t *testing.T) {
	p := example()
	p.Level = LevelInternet
	list := oddAddresses()
	if len(list) < 200 {
		t.Errorf("only %d forms", len(list))
	}
	for _, in := range list {
		got, kind := canonical(in)
		if kind == asName {
			t.Errorf("%q passes for the name %q", in, got)
		}
		if d := p.Decide(in, 443, now()); d.Allow {
			t.Errorf("%q is allowed: %+v", in, d)
		}
	}
	for _, in := range []string{"127.1", "0x7f.1", "017700000001", "2130706433", "[::ffff:127.0.0.1]", "fe80::1%eth0", "8.8.8.8."} {
		if d := p.Decide(in, 443, now()); d.Reason != ReasonDirect {
			t.Errorf("%q: %q", in, d.Reason)
		}
	}
}

func TestAWildcardStaysWithinItsLabel(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*.example.com", "a.example.com", true},
		{"*.example.com", "a-1.example.com", true},
		{"*.example.com", "xn--bcher-kva.example.com", true},
		{"*.example.com", "example.com", false},
		{"*.example.com", "evilexample.com", false},
		{"*.example.com", "a.b.example.com", false},
		{"*.example.com", "a.example.com.evil.com", false},
		{"*.example.com", "a.example.co", false},
		{"*.example.com", "a_b.example.com", false},
		{"*.example.com", ".example.com", false},
		{"api-*.example.com", "api-eu.example.com", true},
		{"api-*.example.com", "api-.example.com", false},
		{"api-*.example.com", "xapi-eu.example.com", false},
		{"a*b*c.example.com", "a1b2c.example.com", true},
		{"a*b*c.example.com", "abc.example.com", false},
		{"a*b*c.example.com", "a1bc.example.com", false},
		{"a*b*c.example.com", "abbbbc.example.com", true},
		{"s3.*.example.com", "s3.eu.example.com", true},
		{"s3.*.example.com", "s3.example.com", false},
		{"*.*.example.com", "a.b.example.com", true},
		{"*.*.example.com", "a.example.com", false},
		{"*.*.example.com", "a.b.c.example.com", false},
	} {
		if got := match(c.pattern, c.name); got != c.want {
			t.Errorf("match(%q, %q) = %v", c.pattern, c.name, got)
		}
	}
}

func TestPrivateAndReservedAddressesAreNotPublic(t *testing.T) {
	for _, s := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.0.1", "169.254.169.254", "169.254.170.2",
		"172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.1", "192.168.255.255", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.7",
		"203.0.113.7", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::7f00:1", "::127.0.0.1", "::8.8.8.8", "::ffff:8.8.8.8", "::ffff:10.0.0.1", "::ffff:0:8.8.8.8", "64:ff9b::808:808", "64:ff9b::a00:1", "64:ff9b:1::1", "64:ff9b:1:ffff::", "100::1", "100:0:0:1::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
		"2001:2::1", "2001:3::1", "2001:4:112::1", "2001:10::1", "2001:20::1", "2001:30::1", "2001:1ff::1", "2001:db8::1", "2001:db8:ffff::1", "2002::1", "2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1", "2620:4f:8000::1", "3ffe::1", "3fff::1", "3fff:fff::1", "5f00::1",
		"fc00::1", "fd00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "fec0::1", "feff::1", "ff02::1", "ff0e::1", "4000::1", "8000::1", "e000::1", "1fff::1", "200::1",
	} {
		if plan.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s passes for public", s)
		}
	}
	for _, s := range []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "93.184.216.34", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1", "168.63.129.15", "169.253.255.255", "172.15.255.255", "172.32.0.1", "192.0.1.1", "192.167.255.255", "192.169.0.1",
		"198.17.255.255", "198.20.0.1", "223.255.255.255", "223.5.5.5", "2001:200::1", "2001:4860:4860::8888", "2400:3200::1", "2606:4700::1111", "2620:0:2d0::1", "2a00:1450::1", "3ffd::1", "3fff:1000::1", "2003::1",
	} {
		if !plan.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s does not pass for public", s)
		}
	}
	if plan.Public(netip.MustParseAddr("2606:4700::1%eth0")) || plan.Public(netip.Addr{}) {
		t.Error("an address with a zone, or none, passes for public")
	}
}
