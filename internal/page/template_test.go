package page_test

import (
	"os"
	"path/filepath"
	"testing"

	"go.yaml.in/yaml/v3"
)

// headersPolicy is what edge.yaml has CloudFront send with the page.
type headersPolicy struct {
	Resources struct {
		PageHeaders struct {
			Properties struct {
				ResponseHeadersPolicyConfig struct {
					SecurityHeadersConfig struct {
						ContentSecurityPolicy struct {
							ContentSecurityPolicy string `yaml:"ContentSecurityPolicy"`
						} `yaml:"ContentSecurityPolicy"`
						ReferrerPolicy struct {
							ReferrerPolicy string `yaml:"ReferrerPolicy"`
						} `yaml:"ReferrerPolicy"`
						ContentTypeOptions struct {
							Override bool `yaml:"Override"`
						} `yaml:"ContentTypeOptions"`
					} `yaml:"SecurityHeadersConfig"`
					CustomHeadersConfig struct {
						Items []struct {
							Header string `yaml:"Header"`
							Value  string `yaml:"Value"`
						} `yaml:"Items"`
					} `yaml:"CustomHeadersConfig"`
				} `yaml:"ResponseHeadersPolicyConfig"`
			} `yaml:"Properties"`
		} `yaml:"PageHeaders"`
	} `yaml:"Resources"`
}

// The page is as safe on AWS as on one machine.
func TestTheTemplateSendsTheSameHeaders(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "edge.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var parsed headersPolicy
	if err := yaml.Unmarshal(text, &parsed); err != nil {
		t.Fatal(err)
	}
	config := parsed.Resources.PageHeaders.Properties.ResponseHeadersPolicyConfig
	sent := map[string]string{
		"Content-Security-Policy": config.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy,
		"Referrer-Policy":         config.SecurityHeadersConfig.ReferrerPolicy.ReferrerPolicy,
	}
	if config.SecurityHeadersConfig.ContentTypeOptions.Override {
		sent["X-Content-Type-Options"] = "nosniff"
	}
	for _, item := range config.CustomHeadersConfig.Items {
		sent[item.Header] = item.Value
	}
	local := get(handler(t), "/").Header()
	for _, name := range []string{
		"Content-Security-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy",
		"Referrer-Policy", "X-Content-Type-Options",
	} {
		if want := local.Get(name); want == "" || sent[name] != want {
			t.Errorf("%s: the template sends %q, the local service %q", name, sent[name], want)
		}
	}
}
