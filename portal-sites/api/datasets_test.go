package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/datasets"
	"liandong/modules/partners"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// dossiers answers data sets out of the cases of a town, as far as this test looks.
type dossiers struct{ cases *cases.Service }

func (f dossiers) Dossier(ctx context.Context, tx *db.Tx, id string) (d datasets.Dossier, err error) {
	v, _, err := f.cases.Dossier(ctx, tx, id)
	c := v.Case
	return datasets.Dossier{No: c.No, Kind: c.ApplicantKind, Name: c.ApplicantName, Number: v.Number, Phone: v.Phone, Channel: c.Channel, Area: "152502100", Status: string(c.Status), FiledAt: c.CreatedAt}, err
}

// keyed asks with a key, and with other headers by pairs.
func (w *town) keyed(key, path string, more ...string) got {
	w.t.Helper()
	h := map[string]string{"Authorization": "Bearer " + key}
	for i := 0; i+1 < len(more); i += 2 {
		h[more[i]] = more[i+1]
	}
	return w.ask(w.t.Context(), path, h)
}

// gathered is a town with a case that was gathered, and the keys of partners by what
// they may read.
func gathered(t *testing.T) (w *town, key map[string]string) {
	t.Helper()
	w = newTown(t)
	key = map[string]string{}
	admin := w.as(dbtest.County, "04", "system_admin")
	for right, name := range map[string]string{partners.CasesNone: "甲", partners.CasesMasked: "乙", partners.CasesFull: "丙"} {
		_, secret, err := w.partners.Create(admin, partners.Input{Name: name + "银行", PerMinute: 100, PerDay: 1000, CaseData: right})
		if err != nil {
			t.Fatal(err)
		}
		key[right] = secret
	}
	c, err := w.cases.File(w.as(dbtest.Village, "10"), cases.Filing{ItemID: w.item, Kind: "person", Name: "演示·其其格", Number: "152502199001010012", Phone: "13800000001", Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	scope, err := w.tree.ScopeFor(t.Context(), dbtest.League, tenancy.Actor{Kind: tenancy.System, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	err = w.db.InTx(tenancy.With(t.Context(), scope), func(ctx context.Context, tx *db.Tx) error {
		return w.data.OnTouched(ctx, tx, db.Delivery{Tenant: c.TenantID, Body: []byte(`{"case_id":"` + c.ID + `"}`)})
	})
	if err != nil {
		t.Fatal(err)
	}
	return w, key
}

// Partners with the right to it read what was gathered, and nobody else does.
func TestCaseRecords(t *testing.T) {
	t.Parallel()
	w, key := gathered(t)
	const at = "/api/tenants/152502000000/case-records/apply"
	w.get(t.Context(), at).want(http.StatusForbidden)
	w.keyed(key[partners.CasesNone], at).want(http.StatusForbidden)
	w.keyed(key[partners.CasesFull], "/api/tenants/152500000000/case-records/apply").want(http.StatusForbidden) // above the key
	w.keyed(key[partners.CasesFull], "/api/tenants/152502000000/case-records/colours").want(http.StatusUnprocessableEntity)
	w.keyed("ld_"+strings.Repeat("a", 26), at).want(http.StatusUnauthorized)

	for right, secret := range map[string]bool{partners.CasesMasked: false, partners.CasesFull: true} {
		g := w.keyed(key[right], at).want(http.StatusOK)
		rs := rows(g, "records")
		if len(rs) != 1 || rs[0]["op"] != "I" {
			t.Fatalf("%s: %v", right, g.body)
		}
		v, _ := rs[0]["values"].(map[string]any)
		if number, _ := v["applyer_page_code"].(string); (number == "152502199001010012") != secret || number == "" {
			t.Errorf("%s reads the number %q", right, number)
		}
		if v["project_no"] == "" || v["row_guid"] == "" || v["cd_operation"] != "I" || v["apply_date"] != "20260304T100000" {
			t.Errorf("%s reads %v", right, v)
		}
		next, _ := g.body["next"].(string)
		if rs := rows(w.keyed(key[right], at+"?cursor="+next).want(http.StatusOK), "records"); len(rs) != 0 {
			t.Errorf("told twice: %v", rs)
		}
		w.keyed(key[right], "/api/tenants/152502000000/case-records/result?cursor="+next).want(http.StatusUnprocessableEntity)
		if g.header.Get("Cache-Control") != "private, no-cache" || g.header.Get("Vary") != "Authorization" || g.header.Get("RateLimit") == "" {
			t.Errorf("headers %v", g.header)
		}
		w.keyed(key[right], at, "If-None-Match", g.header.Get("ETag")).want(http.StatusNotModified)
	}
	g := w.get(t.Context(), "/api/case-tables").want(http.StatusOK)
	if len(rows(g, "rows")) != 7 {
		t.Errorf("tables %v", g.body)
	}
}
