package web_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// issued are the kinds of the documents of a case, in order.
func (w *town) issued(c cases.Case) (kinds []string) {
	w.t.Helper()
	ds, err := w.cases.Documents(w.decider(), c.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range ds {
		kinds = append(kinds, d.Kind)
	}
	return kinds
}

// says is everything that the last document of a kind says.
func (w *town) says(c cases.Case, kind string) (cases.Document, cases.Content, string) {
	w.t.Helper()
	ds, err := w.cases.Documents(w.decider(), c.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	d, ok := casesweb.LastOf(ds, kind)
	if !ok {
		w.t.Fatalf("no %s among %d documents", kind, len(ds))
	}
	d, content, err := w.cases.Document(w.decider(), c.ID, d.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for _, b := range content.Blocks {
		for _, r := range b.Rows {
			all = append(all, strings.Join(r, " "))
		}
	}
	return d, content, strings.Join(all, "\n")
}

// Every act issues exactly its documents, in its own transaction.
func TestActsIssueTheirDocuments(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	head := w.head(dbtest.Township, "22")
	same := func(c cases.Case, want ...string) {
		t.Helper()
		if got := w.issued(c); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	}
	c := w.filed("演示甲", "k")
	same(c, "receipt")
	c = ok(w.cases.AskSupplement(w.clerk(), c.ID, c.Version, []string{"坐标图", "身份证复印件"}, ""))
	c = ok(w.cases.Resubmit(w.clerk(), c.ID, c.Version, "到窗口补交", nil))
	same(c, "receipt", "supplement", "receipt")
	c = ok(w.cases.AcceptTolerating(w.clerk(), c.ID, c.Version, "先予受理", cases.Toleration{Materials: []string{"放牧方案"}, Days: 5, Reason: "次要材料"}))
	same(c, "receipt", "supplement", "receipt", "tolerate", "accept")
	v, err := w.cases.Show(w.clerk(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.cases.Supply(w.clerk(), c.ID, v.Procedures[0].ID, nil, "已补交"); err != nil {
		t.Fatal(err)
	}
	c = ok(w.cases.BeginSpecial(w.township(), c.ID, c.Version, cases.Pause{Name: "专家评审", Reason: "面积较大", Days: 10}))
	c = ok(w.cases.EndSpecial(w.township(), c.ID, c.Version, "评审通过"))
	c = ok(w.cases.Suspend(head, c.ID, c.Version, cases.Pause{Reason: "雪灾"}))
	c = ok(w.cases.Resume(head, c.ID, c.Version, "道路恢复"))
	c = ok(w.cases.AskExtension(w.township(), c.ID, c.Version, 5, "需要核实"))
	c = ok(w.cases.AnswerExtension(head, c.ID, c.Version, true, "同意"))
	c = ok(w.cases.Pass(w.township(), c.ID, c.Version, "属实"))
	c = ok(w.cases.IssueDocument(w.county(), c.ID, c.Version, "notice", "踏勘告知书", "定于下周一踏勘。"))
	c = ok(w.cases.Pass(w.county(), c.ID, c.Version, "同意"))
	c = ok(w.cases.Decide(w.decider(), c.ID, c.Version, false, "位于基本草原"))
	_, err = w.cases.HandOver(w.clerk(), c.ID, c.Version, cases.Handover{Way: cases.Couriered})
	kinds(t, err, fault.Invalid, "courier")
	c = ok(w.cases.HandOver(w.clerk(), c.ID, c.Version, cases.Handover{Way: cases.Couriered, Courier: "EMS 123", Receiver: "演示乙"}))
	same(c, "receipt", "supplement", "receipt", "tolerate", "accept", "receipt", "special_begin", "special_end", "suspend", "resume", "extension", "notice", "deny", "delivery", "completion")
	for kind, want := range map[string][]string{
		"supplement":    {"坐标图", "身份证复印件", "第三十二条第一款第四项"},
		"tolerate":      {"放牧方案"},
		"accept":        {"可容缺材料", "20个工作日", "15个工作日", "152502********0012"},
		"special_begin": {"专家评审", "10个工作日", "第四十五条"},
		"extension":     {"延长5个工作日", "需要核实"},
		"deny":          {"位于基本草原", "行政复议", "六个月", "第三十八条第二款"},
		"delivery":      {"邮寄送达", "EMS 123", "演示乙", "不予行政许可决定书（"},
		"notice":        {"定于下周一踏勘"},
	} {
		_, _, text := w.says(c, kind)
		for _, one := range want {
			if !strings.Contains(text, one) {
				t.Errorf("%s does not say %q:\n%s", kind, one, text)
			}
		}
	}
	if d, _, _ := w.says(c, "deny"); d.OrganTenant != dbtest.League {
		t.Errorf("the decision was issued by %s", d.OrganName)
	}

	c = w.filed("演示乙", "k2")
	same(ok(w.cases.Refuse(w.clerk(), c.ID, c.Version, "不属于本级")), "receipt", "refuse")
	c = w.filed("演示丙", "k3")
	same(ok(w.cases.Withdraw(w.as(dbtest.Village, "10"), c.ID, c.Version, "填错了")), "receipt", "withdraw")
	c = w.filed("演示丁", "k4")
	same(ok(w.cases.Void(w.head(dbtest.Village, "23"), c.ID, c.Version, "重复申请")), "receipt", "void")
	c = w.handed(w.filed("演示戊", "k5"), "deliver")
	same(ok(w.cases.Deliver(w.clerk(), c.ID, c.Version, "本人领取")), "receipt", "accept", "grant", "delivery", "completion")
	// A refused act leaves no document and takes no number.
	c = w.filed("演示己", "k6")
	if _, err := w.cases.Accept(w.clerk(), c.ID, c.Version+1, ""); err == nil {
		t.Error("accepted under a version that nobody saw")
	}
	same(c, "receipt")
}

// Numbers run on without gaps, whoever is fastest, and start anew with each kind.
func TestNumbersRaceWithoutGaps(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	var all []cases.Case
	for i := range 12 {
		all = append(all, w.filed("演示甲", fmt.Sprint("k", i)))
	}
	w.owed = map[string][]string{"accept": {"inspection"}}
	_, err := w.cases.Accept(w.clerk(), all[0].ID, all[0].Version, "") // fails after its number was taken
	kinds(t, err, fault.Precondition, "case_document_owed")
	w.owed = nil
	var wg sync.WaitGroup
	for i, c := range all {
		wg.Go(func() {
			if i%4 == 0 { // of two at once, one fails: with or without a number taken
				_, _ = w.cases.Accept(w.clerk(), c.ID, c.Version, "也齐全")
			}
			if _, err := w.cases.Accept(w.clerk(), c.ID, c.Version, "齐全"); err != nil && i%4 != 0 {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var serials []int
	for _, c := range all {
		d, _, _ := w.says(c, "accept")
		serials = append(serials, d.Serial)
		if want := fmt.Sprintf("受字〔2026〕第%d号", d.Serial); !strings.HasSuffix(d.No, want) {
			t.Errorf("%s does not end with %s", d.No, want)
		}
	}
	slices.Sort(serials)
	for i, n := range serials {
		if n != i+1 {
			t.Fatalf("serials %v", serials)
		}
	}
}

// A text of the item counts before one for all, that of the tenant before those above.
func TestTemplatesByLevel(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	body := "{{申请人.名称}}：\n\n%s，{{受理.依据}}，决定受理。"
	publish := func(at tenancy.ID, item, what, numbering string) {
		t.Helper()
		ctx := w.as(at, "41", "item_reviewer")
		in := cases.DocumentEdit{Kind: "accept", ItemID: item, Body: fmt.Sprintf(body, what), Numbering: numbering}
		if shown, _, err := w.cases.DocumentTemplate(ctx, "accept", item); err == nil && shown.Own != nil {
			in.Seen = shown.Own.Version
		}
		if err := w.cases.PublishDocumentTemplate(ctx, in); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	accepted := func() (cases.Document, string) {
		t.Helper()
		n++
		c := w.filed("演示甲", fmt.Sprint("k", n))
		if _, err := w.cases.Accept(w.clerk(), c.ID, c.Version, "齐全"); err != nil {
			t.Fatal(err)
		}
		d, _, text := w.says(c, "accept")
		return d, text
	}
	wants := func(what string) cases.Document {
		t.Helper()
		d, text := accepted()
		if !strings.Contains(text, what) {
			t.Fatalf("%q is not in %s", what, text)
		}
		return d
	}
	before, first := accepted()
	publish(dbtest.League, "", "盟里的", "盟{文种}字〔{年}〕{序号:4}号")
	if d := wants("盟里的"); d.No != "盟受字〔2026〕0002号" || d.TemplateID == nil || d.TemplateNumber != 1 {
		t.Errorf("%s by %v", d.No, d.TemplateID)
	}
	publish(dbtest.Village, "", "嘎查的", "")
	if d := wants("嘎查的"); d.No != "盟受字〔2026〕0003号" {
		t.Errorf("numbered %s", d.No)
	}
	publish(dbtest.League, w.item, "盟里专用的", "")
	wants("盟里专用的")
	publish(dbtest.County2, "", "别的旗县的", "")
	wants("盟里专用的")
	// What was issued says what it said.
	if _, content, err := w.cases.Document(w.clerk(), before.CaseID, before.ID); err != nil || content.No != before.No || strings.Contains(first, "盟里") {
		t.Errorf("%v %v", content, err)
	}
	ctx := w.as(dbtest.Village, "41", "item_reviewer")
	stale := cases.DocumentEdit{Kind: "accept", Body: fmt.Sprintf(body, "旧"), Seen: 7}
	kinds(t, w.cases.SaveDocumentTemplate(ctx, stale), fault.Conflict, "document_changed")
	kinds(t, w.cases.SaveDocumentTemplate(w.clerk(), stale), fault.Forbidden, "")
	bad := cases.DocumentEdit{Kind: "refuse", Body: "{{申请人.名字}}：不行。"}
	kinds(t, w.cases.PublishDocumentTemplate(ctx, bad), fault.Invalid, "body")
	if err := w.cases.SaveDocumentTemplate(ctx, bad); err != nil { // a draft may be unfinished
		t.Error(err)
	}
}

// Mistakes are named by place.
func TestCheckDocument(t *testing.T) {
	t.Parallel()
	for _, k := range cases.DocumentKinds() {
		if ms := cases.CheckDocument(k.Key, k.Body); len(ms) > 0 || k.Law == "" || k.Mark == "" {
			t.Errorf("%s as it comes with the system: %v", k.Key, ms)
		}
		if c := cases.PreviewDocument(k.Key, "", k.Body, "", "锡林浩特市", dbtest.Now()); len(c.Blocks) < 3 || strings.Contains(fmt.Sprint(c.Blocks), "{{") {
			t.Errorf("%s looks like %v", k.Key, c.Blocks)
		}
	}
	ms := cases.CheckDocument("refuse", "{{申请人.姓}}：\n\n清单：{{补正.清单}}\n{{办理.意见}\n| 甲 | 乙 |\n| 丙 |")
	var got []string
	for _, m := range ms {
		got = append(got, fmt.Sprintf("%d %s %s", m.Line, m.Text, m.What))
	}
	want := []string{"1 document_field_unknown 申请人.姓", "3 document_field_alone 补正.清单", "4 document_braces {{办理.意见}", "0 document_field_missing 办理.意见", "0 document_field_missing 救济.途径", "6 document_table_ragged 丙"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	for _, rule := range []string{"{年}{序号}", "{文种}{年}{序号}{序号}", "{文种}{年}{序号}{月}", "{文种}〔{年}〕{序号", "{文种}/{年}/{序号}"} {
		if cases.CheckNumbering(rule) == nil {
			t.Errorf("%s gives a number twice", rule)
		}
	}
	if err := cases.CheckNumbering(cases.DefaultNumbering()); err != nil {
		t.Error(err)
	}
}

// What a document says is sealed at rest and masked in the open; everybody may make
// sure of it, and learns nothing about the applicant.
func TestDocumentsKeepSecrets(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.handed(w.filed("演示·其其格", "k"), "deliver")
	d, _, text := w.says(c, "grant")
	if strings.Contains(text, "152502199001010012") || strings.Contains(text, "13800000001") || !strings.Contains(text, "152502********0012") {
		t.Error("the number stands in clear", text)
	}
	err := w.db.InTx(w.clerk(), func(ctx context.Context, tx *db.Tx) error {
		var raw string
		if err := tx.NewRaw(`select string_agg(d::text, ' ') || (select string_agg(m::text, ' ') from document_marks m) from documents d`).Scan(ctx, &raw); err != nil {
			return err
		}
		if strings.Contains(raw, "其其格") || strings.Contains(raw, "准予许可") {
			t.Error("a document lies open in the database")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	public := dbtest.WithActor(t, dbtest.Village, tenancy.Actor{Kind: tenancy.Public})
	m, ok, err := w.cases.VerifyDocument(public, d.No, strings.ToLower(d.CheckCode))
	if err != nil || !ok || m.OrganName != d.OrganName || m.Title != "准予行政许可决定书" {
		t.Errorf("%+v %v %v", m, ok, err)
	}
	for no, check := range map[string]string{d.No + "1": d.CheckCode, d.No: strings.Repeat("0", 20)} {
		if _, ok, err := w.cases.VerifyDocument(public, no, check); ok || err != nil {
			t.Errorf("%s %s is genuine, %v", no, check, err)
		}
	}
	stranger := w.as(dbtest.Village, "77")
	if _, err := w.cases.Documents(stranger, c.ID); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	if _, _, err := w.cases.Document(w.as(dbtest.County2, "13", "reviewer"), c.ID, d.ID); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	if ds, err := w.cases.Documents(w.as(dbtest.Village, "10"), c.ID); err != nil || len(ds) != 3 {
		t.Errorf("the applicant has %d documents, %v", len(ds), err)
	}
}

// The PDF of a document is the same each time, and says what the document says.
func TestDocumentPDF(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.handed(w.filed("演示·其其格", "k"), "deliver")
	press := casesweb.NewPress("")
	for _, kind := range []string{"receipt", "accept", "grant"} {
		d, content, _ := w.says(c, kind)
		pdf, err := press.Write(t.Context(), d, content, "http://127.0.0.1:8080/sites/152502/documents/x?check="+d.CheckCode)
		again, err2 := press.Write(t.Context(), d, content, "http://127.0.0.1:8080/sites/152502/documents/x?check="+d.CheckCode)
		if err != nil || err2 != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.Contains(pdf, []byte("%%EOF")) {
			t.Fatalf("%v %v, %d bytes", err, err2, len(pdf))
		}
		if !bytes.Equal(pdf, again) {
			t.Errorf("%s is another file each time", kind)
		}
		name := filepath.Join(t.TempDir(), kind+".pdf")
		if dir := os.Getenv("CASES_SHOTS"); dir != "" {
			name = filepath.Join(dir, kind+".pdf")
		}
		if err := os.WriteFile(name, pdf, 0o600); err != nil {
			t.Fatal(err)
		}
		tool, err := exec.LookPath("pdftotext")
		if err != nil {
			continue // this machine cannot read it back
		}
		out, err := exec.CommandContext(t.Context(), tool, "-layout", name, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{content.Title, content.No, "152502********0012", c.No, content.Organ} {
			if !strings.Contains(string(out), want) {
				t.Errorf("%s does not say %q:\n%s", kind, want, out)
			}
		}
	}
	desk := w.desk(w.clerk())
	d, _, _ := w.says(c, "accept")
	res := desk.Get("/desk/cases/" + c.ID + "/documents/" + d.ID + "/pdf").Want(200)
	if !strings.HasPrefix(res.Body, "%PDF-") {
		t.Error("no PDF")
	}
	page := desk.Get("/desk/cases/" + c.ID).Want(200).Doc()
	page.Has("main", "受理通知书", "准予行政许可决定书", d.No)
}

// What a flow wants issued at a step must be there before it is left.
func TestOwedDocuments(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	w.owed = map[string][]string{"accept": {"受理通知书", "不予受理通知书"}, "pre": {"inspection"}, "decide": {"准予行政许可决定书"}}
	c := w.filed("演示甲", "k")
	c = ok(w.cases.Accept(w.clerk(), c.ID, c.Version, "齐全"))
	_, err := w.cases.Pass(w.township(), c.ID, c.Version, "属实")
	kinds(t, err, fault.Precondition, "case_document_owed")
	c = ok(w.cases.IssueDocument(w.township(), c.ID, c.Version, "inspection", "", "下周一上午现场核查。"))
	c = ok(w.cases.Pass(w.township(), c.ID, c.Version, "属实"))
	_, err = w.cases.IssueDocument(w.township(), c.ID, c.Version, "inspection", "", "再来一次")
	kinds(t, err, fault.Forbidden, "")
	_, err = w.cases.IssueDocument(w.county(), c.ID, c.Version, "grant", "", "伪造")
	kinds(t, err, fault.Invalid, "kind")
	c = ok(w.cases.Pass(w.county(), c.ID, c.Version, "同意"))
	ok(w.cases.Decide(w.decider(), c.ID, c.Version, false, "不符合条件"))
}

// The desk pages about templates, in a real browser too.
func TestTemplatePages(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.handed(w.filed("演示·其其格", "k"), "deliver")
	ctx := w.as(dbtest.Village, "41", "item_reviewer")
	desk := w.desk(ctx)
	desk.Get("/desk/documents").Want(200).Doc().Has("table.ld-table", "受理通知书", "第三十二条", "系统自带").Has("main", "机关代字")
	desk.Post("/desk/documents/word", url.Values{"word": {"锡毛一"}}).Want(303)
	page := "/desk/documents/accept"
	desk.Get(page).Want(200).Doc().Has("#preview", "锡林浩特市受字〔2026〕第18号", "检查通过")
	desk.Post(page, url.Values{"do": {"publish"}, "version": {"0"}, "body": {"{{申请人.名}}"}}).Want(422).Doc().Has("#preview", "第 1 行", "申请人.名").Has("#f-body", "申请人.名")
	desk.Post(page+"/preview", url.Values{"body": {"你好，{{受理.依据}}"}}).Want(200).Doc().Has(".ld-paper", "你好").Has(".alert-success", "检查通过")
	desk.Post(page, url.Values{"do": {"publish"}, "version": {"0"}, "body": {"本嘎查{{受理.依据}}，受理。"}, "numbering": {"{机关代字}{文种}〔{年}〕{序号}号"}}).Want(303)
	desk.Get("/desk/documents").Want(200).Doc().Has("table.ld-table", "本级第 1 版")
	desk.Get(page+"?item="+w.item).Want(200).Doc().Has("main", "草原作业许可")
	next := w.filed("演示·乌兰", "k2")
	if _, err := w.cases.Accept(w.clerk(), next.ID, next.Version, ""); err != nil {
		t.Fatal(err)
	}
	if d, _, text := w.says(next, "accept"); d.No != "锡毛一受〔2026〕2号" || !strings.Contains(text, "本嘎查") {
		t.Errorf("%s: %s", d.No, text)
	}
	w.desk(w.clerk()).Get("/desk/documents").Want(200).Doc().Lacks("#f-word")
	w.desk(w.clerk()).Post(page, url.Values{"do": {"publish"}, "version": {"1"}, "body": {"{{受理.依据}}"}}).Want(403)

	paths := []string{"/documents", "/documents/accept", "/documents/deny", "/documents/delivery"}
	seen := []string{"/cases/" + c.ID, "/cases/" + c.ID + "/papers/accept", "/cases/" + c.ID + "/papers/receipt", "/cases/" + c.ID + "/papers/decision"}
	for _, s := range []struct {
		name  string
		ctx   context.Context
		paths []string
	}{{"editor", ctx, paths}, {"clerk", w.clerk(), seen}} {
		srv := httptest.NewServer(w.site(s.ctx, "/desk"))
		t.Cleanup(srv.Close)
		for _, width := range []int64{1440, 390} {
			t.Run(fmt.Sprintf("%s %d", s.name, width), func(t *testing.T) {
				t.Parallel()
				b := kittest.NewBrowser(t).Size(width, 900)
				for i, path := range s.paths {
					b.Open(srv.URL + "/desk" + path)
					b.Axe(path)
					if n := b.Overflow(); n > 0 {
						t.Errorf("%s is %d px too wide", path, n)
					}
					if dir := os.Getenv("CASES_SHOTS"); dir != "" {
						b.Screenshot(filepath.Join(dir, fmt.Sprintf("doc-%s-%d-%d.png", s.name, width, i)), true)
					}
				}
			})
		}
	}
}
