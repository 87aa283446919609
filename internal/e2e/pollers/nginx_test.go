package pollers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// prefix is the path below which nginx has the front.
const prefix = "/talks/v1"

// nginxConfig is of a proxy that ends TLS and takes the prefix away, as whoever
// puts a service below a path of a site writes it; the paths are for a process of
// an ordinary user. It gets the port, the folder, and the address behind it.
const nginxConfig = `daemon off;
master_process off;
pid %[2]s/pid;
error_log stderr warn;
events {}
http {
  access_log off;
  client_body_temp_path %[2]s/body;
  proxy_temp_path %[2]s/proxy;
  fastcgi_temp_path %[2]s/fastcgi;
  uwsgi_temp_path %[2]s/uwsgi;
  scgi_temp_path %[2]s/scgi;
  server {
    listen 127.0.0.1:%[1]d ssl;
    ssl_certificate %[2]s/site.pem;
    ssl_certificate_key %[2]s/key.pem;
    location ` + prefix + `/ {
      proxy_pass %[3]s/;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`

// nginxPath finds nginx, which Debian has where an ordinary user does not look.
func nginxPath() string {
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// startNginx returns the URL below which nginx has what is behind, and the file of
// its authority; "" where there is no nginx.
func startNginx(t *testing.T, behind string) (url, ca string) {
	t.Helper()
	dir := t.TempDir()
	ca = certificate(t, dir)
	path := nginxPath()
	if path == "" {
		return "", ca
	}
	port := freePort(t)
	config := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, nginxConfig, port, dir, behind), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-p", dir, "-c", config, "-e", "stderr")
	var log strings.Builder
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			conn.Close()
			return fmt.Sprintf("https://127.0.0.1:%d%s", port, prefix), ca
		}
		if time.Now().After(deadline) {
			t.Fatalf("nginx does not listen: %v\n%s", err, log.String())
		}
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// certificate makes one for 127.0.0.1, and its authority: ca.pem, site.pem and
// key.pem of a folder.
func certificate(t *testing.T, dir string) (ca string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	valid := x509.Certificate{NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true}
	authority, site := valid, valid
	authority.SerialNumber, authority.Subject, authority.IsCA, authority.KeyUsage = big.NewInt(1), pkix.Name{CommonName: "pollers"}, true, x509.KeyUsageCertSign
	site.SerialNumber, site.Subject, site.KeyUsage = big.NewInt(2), pkix.Name{CommonName: "site"}, x509.KeyUsageDigitalSignature
	site.ExtKeyUsage, site.IPAddresses = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, []net.IP{net.IPv4(127, 0, 0, 1)}
	signed := func(c *x509.Certificate) *pem.Block {
		der, err := x509.CreateCertificate(rand.Reader, c, &authority, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		return &pem.Block{Type: "CERTIFICATE", Bytes: der}
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"ca.pem": signed(&authority), "site.pem": signed(&site), "key.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "ca.pem")
}

// What nginx passes on is the service's, and nothing else on that host is.
func TestNginx(t *testing.T) {
	if nginxPath() == "" {
		t.Skip("NOT RUN: nginx is not installed")
	}
	front := newFront(t)
	pool := x509.NewCertPool()
	text, err := os.ReadFile(front.ca)
	if err != nil || !pool.AppendCertsFromPEM(text) {
		t.Fatal(err)
	}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	_, url := front.open(scenario{policy: "approve", tls: true})
	resp, err := c.Post(url, "application/json", strings.NewReader(talk))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	location := resp.Header.Get("Location")
	if resp.StatusCode != http.StatusAccepted || resp.Header.Get("Server") == "" || !strings.HasPrefix(location, front.nginx+"/") {
		t.Errorf("got %d, %v", resp.StatusCode, resp.Header)
	}
	for address, want := range map[string]int{location: http.StatusAccepted, strings.Replace(location, prefix, "", 1): http.StatusNotFound} {
		resp, err := c.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d, want %d", address, resp.StatusCode, want)
		}
	}
}
