package imapsim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"time"
)

// Host is the name for which the server's certificate is valid, besides localhost and 127.0.0.1.
const Host = "imap.example.test"

// Certificate is what the server shows in the TLS handshake.
type Certificate int

const (
	Valid     Certificate = iota // signed by Server.Roots for Host
	Expired                      // ended in 1995, before any clock of a test, fake ones (2000) included
	WrongHost                    // for another name
	Untrusted                    // signed by somebody else
)

type certificates struct {
	roots  *x509.CertPool
	server *tls.Config
}

func makeCertificates(c Certificate) (certificates, error) {
	var out certificates
	from, to := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return out, err
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "imapsim"}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, &key.PublicKey, key)
	if err != nil {
		return out, err
	}
	if ca, err = x509.ParseCertificate(der); err != nil {
		return out, err
	}
	out.roots = x509.NewCertPool()
	out.roots.AddCert(ca)

	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: Host}, NotBefore: from, NotAfter: to,
		DNSNames: []string{Host, "localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	signer, signerKey := ca, key
	leafKey := key
	switch c {
	case Expired:
		leaf.NotAfter = from.AddDate(5, 0, 0)
	case WrongHost:
		leaf.DNSNames, leaf.IPAddresses = []string{"other.example.test"}, nil
	case Untrusted: // self-signed with a key the authority has never seen
		if leafKey, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return out, err
		}
		signer, signerKey = leaf, leafKey
	}
	if der, err = x509.CreateCertificate(rand.Reader, leaf, signer, &leafKey.PublicKey, signerKey); err != nil {
		return out, err
	}
	out.server = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: leafKey}}}
	return out, nil
}
