package host

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// HTTPClient makes the client for downloads. proxy is the plan's (empty: the
// environment decides, as HTTPS_PROXY and its kin), ca an extra PEM file that
// is trusted beside the system's authorities (empty: none). A server that sends
// no header within 30 s is given up; the body's own deadline is the caller's.
func HTTPClient(proxy, ca string) (*http.Client, error) {
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   15 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		IdleConnTimeout:       30 * time.Second,
		MaxIdleConnsPerHost:   16,
		Protocols:             &http.Protocols{},
	}
	// Eight downloads at a time gain nothing by HTTP/2, whose buffers alone were half
	// of our memory. The program is built without it (nethttpomithttp2).
	transport.Protocols.SetHTTP1(true)
	if proxy != "" {
		u, err := url.Parse(proxy)
		if err != nil {
			return nil, err
		}
		transport.Proxy = http.ProxyURL(u)
	}
	if ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return nil, err
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, &text.Fault{What: fmt.Sprintf(text.T().Host.NoCertificate, ca), Hint: text.T().Host.NoCertificateHint}
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: transport}, nil
}
