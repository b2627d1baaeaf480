package plan

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/egress"
	"github.com/clawarium/clawarium/assets/text"
)

func TestAHostHasOneCanonicalForm(t *testing.T) {
	longest := strings.Repeat(strings.Repeat("a", 63)+".", 3) + strings.Repeat("a", 61)
	for _, c := range []struct {
		entry, host string
		port        int
	}{
		{"api.example.org", "api.example.org", 443},
		{"API.Example.ORG.", "api.example.org", 443},
		{"example.org:8443", "example.org", 8443},
		{"example.org.:80", "example.org", 80},
		{"*.example.org", "*.example.org", 443},
		{"api.*.example.org:1", "api.*.example.org", 1},
		{"gateway-*.example.org:65535", "gateway-*.example.org", 65535},
		{"*.example.co.uk", "*.example.co.uk", 443},
		{"example.co.uk", "example.co.uk", 443},
		{"xn--bcher-kva.example", "xn--bcher-kva.example", 443},
		{"1password.com", "1password.com", 443},
		{"0x7f.example", "0x7f.example", 443},
		{"a.b", "a.b", 443},
		{longest, longest, 443},
		{"8.8.4.4", "8.8.4.4", 443},
		{"9.9.9.9:853", "9.9.9.9", 853},
		{"2620:FE:0::FE", "2620:fe::fe", 443},
		{"[2620:fe::fe]", "2620:fe::fe", 443},
		{"[2620:fe::fe]:853", "2620:fe::fe", 853},
	} {
		host, port, err := HostPort(c.entry)
		if err != nil || host != c.host || port != c.port {
			t.Errorf("%s: %q, %d, %v", c.entry, host, port, err)
			continue
		}
		if again, same, err := HostPort(joined(host, port)); err != nil || again != host || same != port {
			t.Errorf("%s: its canonical form %s is read as %q, %d, %v", c.entry, joined(host, port), again, same, err)
		}
	}
}

func TestAHostThatIsNoneOrTooMuchIsRefusedWithWhatToWrite(t *testing.T) {
	o := text.T().Plan.Outside
	only := func(s string) string { return fmt.Sprintf(o.OnlyHint, s) }
	for _, c := range []struct{ entry, shown, what, hint string }{
		{"https://x.org/y", "https://x.org/y", o.More, only("x.org")},
		{"https://x.org:8443/y", "https://x.org:8443/y", o.More, only("x.org:8443")},
		{"http://x.org", "http://x.org", o.More, only("x.org:80")},
		{"HTTPS://X.org", "HTTPS://X.org", o.More, only("x.org")},
		{"x.org/", "x.org/", o.More, only("x.org")},
		{"//x.org", "//x.org", o.More, o.HostHint},
		{"https://10.0.0.1/", "https://10.0.0.1/", o.More, o.PrivateHint},
		{"https://bücher.example/x", "https://bücher.example/x", o.More, o.ASCIIHint},
		{"http://[2620:fe::fe]/x", "http://[2620:fe::fe]/x", o.More, only("[2620:fe::fe]:80")},
		{"https://me:opensesame@x.org/", "…@x.org/", o.More, only("x.org")},
		{"opensesame@x.org", "…@x.org", o.More, only("x.org")},
		{"x.org?opensesame", "x.org?…", o.More, only("x.org")},
		{`x.org\y`, `x.org\y`, o.More, only("x.org")},

		{"bücher.example", "bücher.example", o.NotASCII, o.ASCIIHint},
		{"例え.example", "例え.example", o.NotASCII, o.ASCIIHint},
		{"x。example", "x。example", o.NotASCII, o.ASCIIHint},

		{"", "", o.NotName, o.HostHint},
		{".", ".", o.NotName, o.HostHint},
		{".example.org", ".example.org", o.NotName, o.HostHint},
		{"a..example.org", "a..example.org", o.NotName, o.HostHint},
		{"example.org..", "example.org..", o.NotName, o.HostHint},
		{"-a.example", "-a.example", o.NotName, o.HostHint},
		{"a-.example", "a-.example", o.NotName, o.HostHint},
		{"a_b.example", "a_b.example", o.NotName, o.HostHint},
		{"a b.example", "a b.example", o.NotName, o.HostHint},
		{":443", ":443", o.NotName, o.HostHint},
		{"[2620:fe::fe", "[2620:fe::fe", o.NotName, o.HostHint},
		{"[2620:fe::fe]443", "[2620:fe::fe]443", o.NotName, o.HostHint},
		{"a:b:c", "a:b:c", o.NotName, o.HostHint},
		{strings.Repeat("a", 64) + ".example", strings.Repeat("a", 64) + ".example", o.NotName, o.HostHint},
		{strings.Repeat("abc.", 64) + "de", mask(strings.Repeat("abc.", 64) + "de"), o.NotName, o.HostHint},

		{"x.org:", "x.org:", o.NotPort, o.PortHint},
		{"x.org:0", "x.org:0", o.NotPort, o.PortHint},
		{"x.org:65536", "x.org:65536", o.NotPort, o.PortHint},
		{"x.org:-1", "x.org:-1", o.NotPort, o.PortHint},
		{"x.org:0443", "x.org:0443", o.NotPort, o.PortHint},
		{"x.org:https", "x.org:https", o.NotPort, o.PortHint},
		{"x.org:*", "x.org:*", o.NotPort, o.PortHint},
		{"[2620:fe::fe]:", "[2620:fe::fe]:", o.NotPort, o.PortHint},

		{"0x7f.1", "0x7f.1", o.Odd, o.OddHint},
		{"127.1", "127.1", o.Odd, o.OddHint},
		{"2130706433", "2130706433", o.Odd, o.OddHint},
		{"0x7f000001", "0x7f000001", o.Odd, o.OddHint},
		{"1.2.3.4.5", "1.2.3.4.5", o.Odd, o.OddHint},
		{"8.8.8.08", "8.8.8.08", o.Odd, o.OddHint},
		{"8.8.4.4.", "8.8.4.4.", o.Odd, o.OddHint},
		{"8.8.8.*", "8.8.8.*", o.Broad, o.BroadHint},
		{"x.0X1F", "x.0X1F", o.Odd, o.OddHint},
		{"[8.8.4.4]", "[8.8.4.4]", o.Odd, o.OddHint},
		{"::ffff:8.8.4.4", "::ffff:8.8.4.4", o.Odd, o.OddHint},
		{"[2620:fe::fe%25eth0]", "[2620:fe::fe%25eth0]", o.Odd, o.OddHint},

		{"localhost", "localhost", o.Local, o.PrivateHint},
		{"a.localhost", "a.localhost", o.Local, o.PrivateHint},
		{"nas", "nas", o.Local, o.PrivateHint},
		{"nas.local:8080", "nas.local:8080", o.Local, o.PrivateHint},
		{"metadata.google.internal", "metadata.google.internal", o.Local, o.PrivateHint},
		{"printer.home.arpa", "printer.home.arpa", o.Local, o.PrivateHint},

		{"*", "*", o.Broad, o.BroadHint},
		{"*.com", "*.com", o.Broad, o.BroadHint},
		{"a*.org", "a*.org", o.Broad, o.BroadHint},
		{"a.*.com", "a.*.com", o.Broad, o.BroadHint},
		{"api.example.*", "api.example.*", o.Broad, o.BroadHint},
		{"*.co.uk", "*.co.uk", o.Broad, o.BroadHint},
		{"*.com.cn", "*.com.cn", o.Broad, o.BroadHint},
		{"*.*.example.org", "*.*.example.org", o.Stars, o.StarsHint},
		{"**.example.org", "**.example.org", o.Stars, o.StarsHint},
	} {
		_, _, err := HostPort(c.entry)
		var p *Problem
		if !errors.As(err, &p) {
			t.Errorf("%q is accepted", c.entry)
			continue
		}
		if want := fmt.Sprintf(c.what, "network.allow", c.shown); p.Error() != want || p.Hint != c.hint || p.Range == "" || p.Value != c.shown {
			t.Errorf("%q: %s (%s), value %q; want %s (%s)", c.entry, p, p.Hint, p.Value, want, c.hint)
		}
	}
}

func TestNoPrivateOrReservedAddressCanBeAllowed(t *testing.T) {
	for _, a := range []string{
		"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.20", "127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "169.254.169.254", "100.64.0.1",
		"192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:db8::1",
		"2002:a00:1::1", "3fff::1", "5f00::1", "4000::1", "::8.8.8.8",
	} {
		_, _, err := HostPort(a)
		var p *Problem
		if !errors.As(err, &p) || p.Hint != text.T().Plan.Outside.PrivateHint {
			t.Errorf("%s: %v", a, err)
		}
	}
	for _, a := range []string{"1.1.1.1", "9.9.9.9", "100.63.255.255", "100.128.0.1", "172.32.0.1", "198.20.0.1", "223.255.255.254", "2606:4700::1111", "2400:3200::1", "2a00::1"} {
		if _, _, err := HostPort(a); err != nil {
			t.Errorf("%v", err)
		}
	}
}

func TestTheModelServerIsOnePrivateAddressWithItsPort(t *testing.T) {
	o := text.T().Plan.Outside
	for s, want := range map[string]string{
		"192.168.1.20:11434": "192.168.1.20:11434", "10.0.0.1:1": "10.0.0.1:1", "172.16.5.4:65535": "172.16.5.4:65535",
		"[fd00::7]:8000": "[fd00::7]:8000", "[FD00:0:0::7]:8000": "[fd00::7]:8000",
	} {
		p := Default(desk)
		p.Network.ModelServer = s
		if err := p.Validate(desk); err != nil || p.Network.ModelServerAddress().String() != want {
			t.Errorf("%s: %s, %v", s, p.Network.ModelServerAddress(), err)
		}
	}
	for s, hint := range map[string]string{
		"192.168.1.20": o.ServerHint, "192.168.1.20:": o.ServerHint, "192.168.1.20:0": o.ServerHint, "192.168.1.20:65536": o.ServerHint,
		"nas.local:11434": o.ServerHint, "fd00::7": o.ServerHint, "fd00::7:80": o.ServerHint, "192.168.1:80": o.ServerHint, "0xc0a80114:80": o.ServerHint,
		"[fd00::7%eth0]:80": o.ServerHint, "[::ffff:10.0.0.1]:80": o.ServerHint, ":80": o.ServerHint, "192.168.1.20:80,10.0.0.1:80": o.ServerHint,
		"192.168.1.*:80": o.ServerHint, "192.168.1.0/24": o.ServerHint,
		"http://192.168.1.20:11434/v1": fmt.Sprintf(o.OnlyHint, "192.168.1.20:11434"),
		"http://192.168.1.20":          fmt.Sprintf(o.OnlyHint, "192.168.1.20:80"),
		"http://8.8.4.4/":              o.PublicHint, "8.8.4.4:80": o.PublicHint, "[2606:4700::1111]:443": o.PublicHint,
		"127.0.0.1:11434": o.NotOwnHint, "[::1]:80": o.NotOwnHint, "169.254.169.254:80": o.NotOwnHint, "100.64.0.1:80": o.NotOwnHint,
		"0.0.0.0:80": o.NotOwnHint, "224.0.0.1:80": o.NotOwnHint, "[fe80::1]:80": o.NotOwnHint, "192.0.2.1:80": o.NotOwnHint,
	} {
		p := Default(desk)
		p.Network.ModelServer = s
		found := p.Problems(desk)
		if len(found) != 1 || found[0].Key != "network.modelServer" || found[0].Hint != hint || found[0].Value != s || !strings.Contains(found[0].Error(), s) {
			t.Errorf("%q: %v (%v)", s, found, text.Hint(p.Validate(desk)))
		}
		if p.Network.ModelServerAddress().IsValid() {
			t.Errorf("%q is an address all the same", s)
		}
	}
}

// A name is let through by what it is compared with later, so nothing but the one
// form may come out.
func FuzzHostPort(f *testing.F) {
	for _, s := range []string{"x.example", "*.X.example.:80", "[2620:fe::fe]:1", "https://a@b/c?d#e", "127.1", "::", "[", "*.*", "\x00", "ü.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		host, port, err := HostPort(s)
		if err != nil {
			if err.Error() == "" || len(text.Hint(err)) != 1 {
				t.Fatalf("%q: an error that says nothing: %v", s, err)
			}
			return
		}
		if port < 1 || port > 65535 || host != strings.ToLower(host) || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-.*:") != "" ||
			strings.HasSuffix(host, ".") || len(host) > nameLength {
			t.Fatalf("%q: %q, %d", s, host, port)
		}
		if again, same, err := HostPort(joined(host, port)); err != nil || again != host || same != port {
			t.Fatalf("%q: %q is read as %q, %d, %v", s, joined(host, port), again, same, err)
		}
	})
}

func TestEveryProviderAndChannelOfAPlanHasAPresetOfCanonicalHosts(t *testing.T) {
	known := map[string][]egress.Host{}
	for _, id := range Choices("openclaw.provider") {
		if id != None {
			known[id] = egress.Provider(id)
		}
	}
	for _, id := range Choices("network.channels") {
		known[id] = egress.Channel(id)
	}
	for id, list := range known {
		if len(list) == 0 {
			t.Errorf("%s has no preset", id)
		}
		for _, h := range list {
			for _, port := range h.Ports {
				host, same, err := HostPort(joined(h.Name, port))
				if err != nil || host != h.Name || same != port {
					t.Errorf("%s: %s:%d is read as %q, %d, %v", id, h.Name, port, host, same, err)
				}
			}
			if len(h.Ports) == 0 {
				t.Errorf("%s: %s has no port", id, h.Name)
			}
		}
	}
}
