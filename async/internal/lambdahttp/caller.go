package lambdahttp

import "github.com/aws/aws-lambda-go/events"

// Caller is who a gateway's authorizer says the caller is: a JWT's issuer and
// subject, or an IAM identity. It is "" where anybody may call.
func Caller(r events.APIGatewayV2HTTPRequest) string {
	a := r.RequestContext.Authorizer
	switch {
	case a == nil:
		return ""
	case a.JWT != nil:
		return "jwt\x00" + a.JWT.Claims["iss"] + "\x00" + a.JWT.Claims["sub"]
	case a.IAM != nil:
		return "iam\x00" + a.IAM.UserARN
	}
	return ""
}
