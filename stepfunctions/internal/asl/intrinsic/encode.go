package intrinsic

import (
	"crypto/md5"  // States.Hash offers it
	"crypto/sha1" // States.Hash offers it
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

func base64Encode(in input) (any, error) {
	text, err := in.bounded(0)
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString([]byte(text)), nil
}

// base64Decode is as lenient as AWS: it skips what is not of the alphabet,
// stops at the first padding, and needs none.
func base64Decode(in input) (any, error) {
	text, err := in.bounded(0)
	if err != nil {
		return nil, err
	}
	text, _, _ = strings.Cut(text, "=")
	text = strings.Map(base64Digit, text)
	if len(text)%4 == 1 {
		text = text[:len(text)-1]
	}
	decoded, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, in.fail("%v", err)
	}
	return strings.ToValidUTF8(string(decoded), "\uFFFD"), nil
}

// base64Digit returns the digit of the standard alphabet for one of the standard
// or the URL alphabet, and -1 for anything else.
func base64Digit(r rune) rune {
	switch {
	case r == '-':
		return '+'
	case r == '_':
		return '/'
	case 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '+', r == '/':
		return r
	}
	return -1
}

// hash returns the digest of a text in lower-case hexadecimal; AWS takes values
// that are no strings by their text.
func hash(in input) (any, error) {
	if err := in.writable(in.values[0], 0); err != nil {
		return nil, err
	}
	data := value.Java(in.values[0])
	if err := in.bound(0, data); err != nil {
		return nil, err
	}
	algorithm, err := in.string(1)
	if err != nil {
		return nil, err
	}
	digest := digest(algorithm, []byte(data))
	if digest == nil {
		return nil, in.fail("there is no hash algorithm %q", algorithm)
	}
	return hex.EncodeToString(digest), nil
}

// digest returns nil for an unknown algorithm.
func digest(algorithm string, data []byte) []byte {
	switch algorithm {
	case "MD5":
		sum := md5.Sum(data)
		return sum[:]
	case "SHA-1":
		sum := sha1.Sum(data)
		return sum[:]
	case "SHA-256":
		sum := sha256.Sum256(data)
		return sum[:]
	case "SHA-384":
		sum := sha512.Sum384(data)
		return sum[:]
	case "SHA-512":
		sum := sha512.Sum512(data)
		return sum[:]
	}
	return nil
}

// stringToJSON reads JSON; a blank text is null, as AWS has it.
func stringToJSON(in input) (any, error) {
	text, err := in.string(0)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	v, err := value.Parse([]byte(text))
	if err != nil {
		return nil, in.fail("%v", err)
	}
	return v, nil
}

func jsonToString(in input) (any, error) {
	if err := in.writable(in.values[0], 0); err != nil {
		return nil, err
	}
	return value.Text(in.values[0]), nil
}

// jsonMerge merges two objects, the second one's members over the first's. AWS
// has no deep merge, and takes any other third argument for false.
func jsonMerge(in input) (any, error) {
	first, err := in.object(0)
	if err != nil {
		return nil, err
	}
	second, err := in.object(1)
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(value.Java(in.values[2]), "true") {
		return nil, in.fail("argument 3 is not false: only shallow merging is supported")
	}
	members := append(append([]value.Member{}, first.Members()...), second.Members()...)
	return value.NewObject(members...), nil
}
