package host

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/clawarium/clawarium/checks/preflight"
)

// answering is a server with a clock of its own.
func answering(t *testing.T, ahead time.Duration, status int) *httptest.Server {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodHead {
			t.Errorf("%s was asked for", r.Method)
		}
		w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
		w.WriteHeader(status)
	}))
	s.Config.ErrorLog = nil
	t.Cleanup(s.Close)
	return s
}

func TestAServerIsReachedOrItIsKnownWhyNot(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	t.Setenv("NO_PROXY", "")
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	fine, late := answering(t, 0, 200), answering(t, -2*time.Hour, 404)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(407) }))
	defer proxy.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: fine.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ title, address, proxy, ca, trouble string }{
		{"one that answers", fine.URL, "", ca, ""},
		{"one that answers with an error", late.URL, "", ca, ""},
		{"one whose authority nobody knows", fine.URL, "", "", preflight.ReachCertificate},
		{"nobody there", "https://" + closed.Addr().String(), "", "", preflight.ReachConnect},
		{"a name without an address", "https://name.invalid", "", "", preflight.ReachName},
		{"a proxy that is away", fine.URL, "http://" + closed.Addr().String(), "", preflight.ReachProxy},
		{"a proxy without an address", fine.URL, "http://name.invalid:3128", "", preflight.ReachProxy},
		{"a proxy that wants a password", fine.URL, proxy.URL, "", preflight.ReachProxy},
	} {
		client, err := HTTPClient(c.proxy, c.ca)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		r := Reach(ctx, client, c.address)
		cancel()
		if r.Trouble != c.trouble || r.Host == "" || r.Trouble != "" && r.Detail == "" {
			t.Errorf("%s: %+v", c.title, r)
		}
		if r.Trouble == preflight.ReachCertificate && r.Issuer == "" {
			t.Errorf("%s: of whom? %+v", c.title, r)
		}
		if c.address == late.URL && (!r.Dated || r.Skew < 119*time.Minute || r.Skew > 121*time.Minute) {
			t.Errorf("%s: %s", c.title, r.Skew)
		}
	}
}

func TestAServerThatSaysNothingIsGivenUp(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	client, err := HTTPClient("", "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if r := Reach(ctx, client, "http://"+silent.Addr().String()); r.Trouble != preflight.ReachConnect || time.Since(began) > 3*time.Second {
		t.Errorf("%+v after %s", r, time.Since(began))
	}
}

func TestACertificateThatIsNotValidAtOurTimeIsAboutTheClock(t *testing.T) {
	err := &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired, Detail: "not yet valid"}}
	if trouble, _ := why(t.Context(), err, ""); trouble != preflight.ReachTime {
		t.Error(trouble)
	}
}
