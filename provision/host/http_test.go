package host

import (
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDownloadsTrustTheOwnersAuthorityAndSpeakHTTP1(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HTTPS_PROXY", "")
	get := func(ca string) (string, error) {
		client, err := HTTPClient("", ca)
		if err != nil {
			return "", err
		}
		defer client.CloseIdleConnections()
		r, err := client.Get(s.URL)
		if err != nil {
			return "", err
		}
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		return string(body), err
	}
	if proto, err := get(ca); err != nil || proto != "HTTP/1.1" {
		t.Errorf("%q, %v", proto, err)
	}
	if _, err := get(""); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("without the authority: %v", err)
	}
	for _, bad := range []string{filepath.Join(t.TempDir(), "absent"), "http_test.go"} {
		if _, err := HTTPClient("", bad); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	if _, err := HTTPClient("http://[::1", ""); err == nil {
		t.Error("a proxy that is no address is taken")
	}
}
