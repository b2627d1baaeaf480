package host

// Asking a server whether it answers, for the look at this computer. Only its head is
// asked for, and of the answer only the date is used.

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/clawarium/clawarium/checks/preflight"
)

// Reach asks the server at address through client, as a download would.
func Reach(ctx context.Context, client *http.Client, address string) preflight.Reached {
	var r preflight.Reached
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		r.Trouble, r.Detail = preflight.ReachConnect, err.Error()
		return r
	}
	r.Host = request.URL.Hostname()
	proxyHost := ""
	if t, ok := client.Transport.(*http.Transport); ok && t.Proxy != nil {
		if proxy, err := t.Proxy(request); err == nil && proxy != nil {
			r.Proxy, proxyHost = proxy.Host, proxy.Hostname()
		}
		defer t.CloseIdleConnections()
	}
	once := *client
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := once.Do(request)
	if err != nil {
		r.Trouble, r.Detail = why(ctx, err, proxyHost)
		var verification *tls.CertificateVerificationError
		if errors.As(err, &verification) && len(verification.UnverifiedCertificates) > 0 {
			r.Issuer = verification.UnverifiedCertificates[0].Issuer.String()
		}
		return r
	}
	answer.Body.Close()
	if answer.StatusCode == http.StatusProxyAuthRequired {
		r.Trouble, r.Detail = preflight.ReachProxy, answer.Status
	}
	if when, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		r.Skew, r.Dated = time.Since(when).Round(time.Second), true
	}
	return r
}

// why sorts an error by what can be done about it.
func why(ctx context.Context, err error, proxyHost string) (trouble, detail string) {
	var (
		name    *net.DNSError
		op      *net.OpError
		unknown x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
		other   x509.HostnameError
	)
	inner := err
	for next := errors.Unwrap(inner); next != nil; next = errors.Unwrap(inner) {
		inner = next
	}
	detail = inner.Error()
	switch {
	case errors.As(err, &name):
		if proxyHost != "" {
			return preflight.ReachProxy, detail
		}
		return preflight.ReachName, detail
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return preflight.ReachTime, invalid.Error()
	case errors.As(err, &unknown), errors.As(err, &invalid), errors.As(err, &other):
		return preflight.ReachCertificate, detail
	case errors.As(err, &op) && op.Op == "proxyconnect", proxyHost != "":
		return preflight.ReachProxy, detail
	case ctx.Err() != nil:
		return preflight.ReachConnect, context.DeadlineExceeded.Error()
	}
	return preflight.ReachConnect, detail
}
