package cases

import "liandong/tenancy/fault"

// reason is the sentence with which policy refused; "" means that it did not.
func reason(err error) string {
	if err == nil {
		return ""
	}
	if f, ok := fault.As(err); ok && f.Detail != "" {
		return f.Detail
	}
	return err.Error()
}
