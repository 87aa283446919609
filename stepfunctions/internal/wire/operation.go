package wire

import "context"

// operation runs one of the service's operations on a request body.
type operation func(ctx context.Context, s *service, body []byte) (any, error)

// op makes an operation of a method that takes a decoded, checked input.
func op[In, Out any](run func(*service, context.Context, *In) (Out, error)) operation {
	return func(ctx context.Context, s *service, body []byte) (any, error) {
		input := new(In)
		if f := decode(body, input); f != nil {
			return nil, f
		}
		return run(s, ctx, input)
	}
}

// empty is the response of operations that answer nothing.
type empty struct{}
