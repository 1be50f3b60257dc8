package wire

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"liandong/deploy/local"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/policies"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/idcode"
	"liandong/tenancy/identity"
)

const grassland = "临时占用草原审批"

// offered puts an item in force that asks for a paper and climbs the whole tree.
func (s *stand) offered(t *testing.T) {
	t.Helper()
	b := catalog.Body{
		Name: grassland, BasicCode: "000164018000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局", Audience: []string{"1"}, ProjectType: "2", OnsiteTimes: 1,
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第四十条"}}, StatutoryDays: 20, PromisedDays: 15, Keywords: []string{"放牧", "草场"}, Conditions: []string{"符合草原保护规划"},
		Materials: []catalog.Material{{Name: "草原征占用申请表", Need: "1", Source: "10", Form: "2", Copies: 1}}, Address: "锡林郭勒盟政务服务中心", Phone: "0479-8210000",
	}
	editor := as(t, dbtest.League, "01", policies.ItemEditor)
	v := must[catalog.Version](t, "item")(s.Items.Create(editor, catalog.Draft{Body: b, Flow: flows.Linear(grassland, climbing())}))
	must[catalog.Version](t, "submit")(s.Items.Submit(editor, v.ID))
	must[catalog.Version](t, "publish")(s.Items.Publish(as(t, dbtest.League, "02", policies.ItemReviewer), v.ID, "同意"))
}

// herder is a person with an account.
type herder struct{ name, number, phone string }

// herder makes the n-th person of this trial; no two trials share a number.
func (s *stand) herder(t *testing.T, name string) herder {
	t.Helper()
	sum := sha256.Sum256([]byte(s.tag + name))
	digits := fmt.Sprintf("%020d", new(big.Int).SetBytes(sum[:8]))
	h := herder{name: name, phone: "139" + digits[:8]}
	for c := range 11 {
		if n := "152502" + "19" + strconv.Itoa(50+int(sum[9])%50) + "0101" + digits[8:11] + "0123456789X"[c:c+1]; idcode.CheckIDNumber(n) == nil {
			h.number = n
		}
	}
	hash, err := identity.HashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	done, err := s.Kratos.Import(t.Context(), []identity.NewIdentity{{Schema: identity.SchemaPerson, IDHash: s.IDs.HashID(h.number), IDSealed: s.sealer.Seal(purposeID, h.number), Name: name, Phone: "+86" + h.phone, PasswordHash: hash}})
	if err != nil || done[0].Err != nil {
		t.Fatalf("%v %v", done, err)
	}
	return h
}

// scan is a file on somebody's computer.
func scan(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(pdf), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestJourneyOfAnApplication files cases: a citizen herself, on the site of her
// village, and a clerk for a herder who cannot.
func TestJourneyOfAnApplication(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.offered(t)
	ids := s.staff(t, "boss", "clerk", "operator")
	admin := s.boss(t, ids["boss"])
	s.appoint(t, admin, dbtest.Village, ids["clerk"], policies.Clerk)
	s.appoint(t, admin, dbtest.League, ids["operator"], policies.SystemAdmin)
	her := s.herder(t, "其木格")

	p := s.someone(t)
	p.Visit("http://"+code(dbtest.Village)+".localhost:"+port0(s.site)+"/").Reads("第一嘎查", grassland)
	look(t, p, "3-home")
	p.Type("搜索事项", "放牧").Click("搜索").Reads(grassland)
	look(t, p, "3-search")
	p.Click("办事指南："+grassland).Reads("承诺办结", "草原征占用申请表", "第四十条", "行政复议")
	look(t, p, "3-guide")
	p.Click("在线办理").Reads("个人登录")
	look(t, p, "3-login")
	p.Type("身份证号或手机号", her.number).Type("密码", password).ClickIn("身份证号或手机号", "登录")
	no := s.files(t, p, "3")
	look(t, p, "3-done")
	p.Click("查看办理进度").Reads(no, "等待受理")

	s.comesByPhone(t, her, no)
	s.helps(t)
}

// port0 is the port of a site.
func port0(site string) string {
	u, _ := url.Parse(site)
	return u.Port()
}

// files fills in an application that is open, with an attachment, and returns the
// number of the case.
func (s *stand) files(t *testing.T, p *kittest.Person, shots string) string {
	t.Helper()
	p.Reads("已实名").Type("联系地址", "第一嘎查 3 号")
	if shots != "" {
		look(t, p, shots+"-apply-1")
	}
	p.Click("下一步").Type("申请内容", "临时占用草场勘探 2 公顷").Tick("到受理窗口领取").Tick("我已")
	if shots != "" {
		look(t, p, shots+"-apply-2")
	}
	p.Click("下一步").Attach("选择草原征占用申请表的文件", scan(t, "申请表.pdf")).Reads("移除")
	if shots != "" {
		look(t, p, shots+"-apply-3")
	}
	p.Click("下一步").Reads("申请表.pdf").Tick("承诺")
	if shots != "" {
		look(t, p, shots+"-apply-4")
	}
	p.Click("确认提交").Reads("申请已提交")
	return p.Eval(`document.querySelector(".cz-no strong").innerText`)
}

// comesByPhone signs in with a code that she reads in the inbox of the simulator.
func (s *stand) comesByPhone(t *testing.T, her herder, no string) {
	t.Helper()
	stop := s.takesCodes(t)
	p := s.someone(t)
	p.Visit("/sites/" + code(dbtest.Village) + "/cases").Click("短信登录")
	look(t, p, "3-login-phone")
	p.Type("手机号", her.phone).Click("获取验证码")
	look(t, p, "3-login-code")
	operator := s.officer(t, "operator").Click("短信模拟")
	for end := time.Now().Add(20 * time.Second); !strings.Contains(operator.Text(), "登录验证码\t"); operator.Visit("/desk/sms") {
		if time.Now().After(end) {
			t.Fatal("no short message in 20 s:\n" + operator.Text())
		}
	}
	look(t, operator, "3-sms")
	p.Type("短信验证码", sixDigits.FindString(operator.Eval(`document.querySelector("tbody tr td:last-child").innerText`))).ClickIn("短信验证码", "登录")
	stop()
	p.Reads(no)
	look(t, p, "3-my-cases")
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// takesCodes lets Kratos send its codes to this stand until stop is called: all
// trials share one Kratos, and it sends to one address.
func (s *stand) takesCodes(t *testing.T) (stop func()) {
	t.Helper()
	h, err := s.Handler()
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = local.SMSPath
		h.ServeHTTP(w, r)
	})}
	l := freed(t, os.Getenv("LIANDONG_TEST_SMS"))
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return func() { _ = srv.Close() }
}

// freed listens at the address once the tests of other packages have let it go.
func freed(t *testing.T, address string) net.Listener {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	for {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", u.Host)
		if err == nil {
			return l
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			t.Fatal(err)
		}
	}
}

// helps files for a herder who has no account and no phone that reads mail.
func (s *stand) helps(t *testing.T) {
	t.Helper()
	p := s.officer(t, "clerk").Visit("/village").Reads("帮群众办事")
	look(t, p, "3-village")
	p.Click("帮群众办事").Reads(grassland)
	look(t, p, "3-village-choose")
	p.Click(grassland)
	p.Type("姓名", "演示·巴图").Type("身份证号", "152502199001010012").Type("联系电话", "13800000002").Attach("草原征占用申请表", scan(t, "拍照.pdf")).Tick("申请人已核对")
	look(t, p, "3-village-fill")
	p.Click("提交申请").Reads("申请已提交", "收件凭证")
	look(t, p, "3-village-done")
	p.Click("查看办件").Reads("帮办人", "演示·clerk", "帮办代办")
	look(t, p, "3-village-case")
}
