package policies_test

import (
	"testing"

	"liandong/policies"
)

func TestMatrixAsData(t *testing.T) {
	t.Parallel()
	roles, err := policies.Roles()
	if err != nil {
		t.Fatal(err)
	}
	areas, rows := policies.Matrix(), 0
	for _, a := range areas {
		if len(a.Columns) != len(roles)+2 || a.Columns[0] != roles[0].Name {
			t.Errorf("%s: columns %v", a.Title, a.Columns)
		}
		for _, r := range a.Rows {
			if rows++; len(r.Reach) != len(a.Columns) || r.Condition == "" {
				t.Errorf("%s: %+v", a.Title, r)
			}
		}
	}
	if rows != len(policies.Actions()) {
		t.Errorf("%d rows, %d actions", rows, len(policies.Actions()))
	}
}
