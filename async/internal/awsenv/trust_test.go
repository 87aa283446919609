package awsenv_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"example.org/asynchttpapi/async/internal/awsenv"
	"example.org/asynchttpapi/internal/samtemplate"
)

// Deployed functions are set to read no folder of certificates. That may not
// keep them from the bundle, which no test over plain HTTP would notice. A
// process reads both once, so that it takes another one to see.
func TestTheBundleIsTrusted(t *testing.T) {
	if url := os.Getenv("TRUST_URL"); url != "" {
		connectOnce(t, url)
		return
	}
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	bundle := filepath.Join(t.TempDir(), "bundle.crt")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(bundle, certificate, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, folders := range foldersOfCertificates(t) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestTheBundleIsTrusted$")
		cmd.Env = []string{"TRUST_URL=" + server.URL, "SSL_CERT_FILE=" + bundle, "SSL_CERT_DIR=" + folders}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("with SSL_CERT_DIR=%s: %v\n%s", folders, err, out)
		}
	}
}

func connectOnce(t *testing.T, url string) {
	cfg, err := awsenv.Config(with(nil), "SFN")
	if err != nil {
		t.Fatal(err)
	}
	if err := awsenv.Connect(t.Context(), cfg.HTTPClient, url); err != nil {
		t.Error(err)
	}
}

// foldersOfCertificates are what the template sets for its functions, by function.
func foldersOfCertificates(t *testing.T) map[string]string {
	t.Helper()
	tpl, err := samtemplate.Read(filepath.Join("..", "..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	folders := map[string]string{}
	refs := map[string]string{"AWS::StackName": "test", "Submissions": "table", "ProcessSubmissionAliaslive": "arn:machine:live"}
	for id, f := range tpl.Functions {
		env, err := tpl.Environment(f, refs)
		if err != nil {
			t.Fatal(err)
		}
		if folders[id] = env["SSL_CERT_DIR"]; folders[id] == "" {
			t.Errorf("%s reads every folder of certificates", id)
		}
	}
	return folders
}
