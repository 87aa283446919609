package lambdahttp

import (
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// Caller returns who a gateway's authorizer says the caller is: a JWT's issuer
// and subject, or an IAM identity. It is "" for an anonymous one.
func Caller(r events.APIGatewayV2HTTPRequest) string {
	a := r.RequestContext.Authorizer
	switch {
	case a == nil:
		return ""
	case a.JWT != nil:
		return jwtCaller(a.JWT.Claims)
	case a.IAM != nil:
		return iamCaller(*a.IAM)
	}
	return ""
}

// jwtCaller takes the subject or, in a token without one, the client that it was
// issued to (RFC 9068, section 2.2; azp and appid are OpenID Connect's and Azure's
// names). Without any of them two callers look the same.
func jwtCaller(claims map[string]string) string {
	for _, claim := range []string{"sub", "client_id", "azp", "appid"} {
		if id := claims[claim]; id != "" && claims["iss"] != "" {
			return strings.Join([]string{"jwt", claims["iss"], claim, id}, "\x00")
		}
	}
	return ""
}

// iamCaller takes the role of an assumed one, without the session's name, which
// is another for every session and often chosen by the caller.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func iamCaller(a events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription) string {
	if id := a.CognitoIdentity.IdentityID; id != "" {
		return "cognito\x00" + id
	}
	arn := a.UserARN
	if role, ok := strings.CutPrefix(resourceOf(arn), "assumed-role/"); ok {
		role, _, _ = strings.Cut(role, "/")
		return strings.Join([]string{"role", a.AccountID, role}, "\x00")
	}
	if arn == "" {
		return ""
	}
	return "iam\x00" + arn
}

// resourceOf returns the last part of an ARN.
func resourceOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	return parts[len(parts)-1]
}
