package speakers

import (
	"strings"
	"testing"
)

func TestCheckEmail(t *testing.T) {
	for _, value := range []string{
		"ada@example.org", "a.b+c@sub.example.co.uk", "o'neil@example.ie", "用户@例子.中国", "ada@xn--fsqu00a.cn",
		strings.Repeat("a", 64) + "@example.org",
	} {
		if detail := emailField.problem(value); detail != "" {
			t.Errorf("%q: %s", value, detail)
		}
	}
	for _, value := range []string{
		"ada", "ada@", "@example.org", "ada@localhost", "ada@@example.org", "Ada <ada@example.org>", "<ada@example.org>",
		"ada@example.org, eve@example.org", "ada@exam ple.org", "ada@-example.org", "ada@example-.org", "ada@example..org",
		"ada@example.org.", "ada@[127.0.0.1]", "ada@127.0.0.1", ".ada@example.org", "ada.@example.org", "ada@exa_mple.org",
		" ada@example.org", "ada@example.org (Ada)", strings.Repeat("a", 65) + "@example.org",
		"ada@" + strings.Repeat("a", 64) + ".org",
	} {
		if detail := emailField.problem(value); detail != notAnAddress {
			t.Errorf("%q: %q", value, detail)
		}
	}
}

func TestCheckCountry(t *testing.T) {
	for _, value := range []string{"GB", "nz", "AQ", "England", "Turkey", "Türkiye", "Côte d’Ivoire", "Côte d'Ivoire", "St. Kitts & Nevis",
		"Congo (Kinshasa)", "USA", "Korea, Republic of", "Guinea-Bissau", ""} {
		if detail := countryField.problem(value); detail != "" {
			t.Errorf("%q: %s", value, detail)
		}
	}
	for _, value := range []string{"XX", "SU", "UK", "ZZ", "EU", "X", "1", "A ", " A", "é1", "12345", "Land 51", "<b>", "(Kinshasa)", "Україна", "a@b.org", "-----",
		strings.Repeat("o", 61), strings.Repeat(" ", 61), "\v"} {
		if detail := countryField.problem(value); detail == "" {
			t.Errorf("%q is accepted", value)
		}
	}
}

func TestThereAre249Countries(t *testing.T) {
	seen := map[string]bool{}
	for _, code := range strings.Fields(countryCodes) {
		if seen[code] || len(code) != 2 {
			t.Errorf("%q is listed twice or is no code", code)
		}
		seen[code] = true
	}
	if len(seen) != 249 {
		t.Errorf("%d codes", len(seen))
	}
}
