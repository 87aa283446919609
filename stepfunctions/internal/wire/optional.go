package wire

// optional is what an optional member holds, or the type's zero where it is absent.
func optional[T any](member *T) T {
	if member == nil {
		var zero T
		return zero
	}
	return *member
}

// present leaves an empty value out of a response.
func present[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
