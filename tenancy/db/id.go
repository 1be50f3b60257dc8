package db

import "github.com/google/uuid"

// IsID reports whether s is an id as NewID spells them; anything else would only
// make the database complain.
func IsID(s string) bool { return uuid.Validate(s) == nil }
