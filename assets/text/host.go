package text

// Host is what is said about the computer that clawarium runs on.
type Host struct {
	NoCertificate     string
	NoCertificateHint string
}

var enHost = Host{
	NoCertificate:     "%q holds no certificate",
	NoCertificateHint: "give a PEM file with at least one BEGIN CERTIFICATE block",
}

var zhHost = Host{
	NoCertificate:     "%q 里没有证书",
	NoCertificateHint: "请提供至少含一段 BEGIN CERTIFICATE 的 PEM 文件",
}
