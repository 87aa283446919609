package speakers

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// countryCodes holds the 249 officially assigned codes of ISO 3166-1 alpha-2.
// They are written out because the libraries that hold country codes also
// accept withdrawn, reserved and private ones (golang.org/x/text/language
// takes 285), such as SU.
const countryCodes = " AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ " +
	"BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ " +
	"CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ " +
	"DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR " +
	"GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY " +
	"HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP " +
	"KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY " +
	"MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ " +
	"NA NC NE NF NG NI NL NO NP NR NU NZ OM " +
	"PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW " +
	"SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ " +
	"TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ " +
	"VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW "

// checkCountry accepts a code of two letters in either case, or what can be
// an English name. Names are checked by their letters only: "Türkiye",
// "Turkey" and "England" are all names people give, and no list has them all.
func checkCountry(value string) string {
	if utf8.RuneCountInString(value) <= 2 {
		return checkCountryCode(value)
	}
	first, _ := utf8.DecodeRuneInString(value)
	if !unicode.Is(unicode.Latin, first) || strings.ContainsFunc(value, notInName) {
		return "must be an ISO 3166-1 alpha-2 code or the English name of a country"
	}
	return ""
}

func checkCountryCode(value string) string {
	if len(value) == 2 && !strings.Contains(value, " ") &&
		strings.Contains(countryCodes, " "+strings.ToUpper(value)+" ") {
		return ""
	}
	return "is not an ISO 3166-1 alpha-2 country code"
}

// notInName reports whether no English name of a country has r; some have
// Latin letters beyond ASCII, and signs as in "Bonaire, St. Eustatius & Saba".
func notInName(r rune) bool {
	return !unicode.Is(unicode.Latin, r) && !strings.ContainsRune(" .,'’-()&", r)
}
