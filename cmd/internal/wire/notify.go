package wire

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/notices"
	noticesweb "liandong/modules/notices/web"
	"liandong/modules/notices/web/sms"
	"liandong/portal-sites/citizen"
	"liandong/portal-sites/desk"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/seal"
)

// smsPatience is how long the gateway may take for one message.
const smsPatience = 10 * time.Second

// notify joins what tells people. Without a gateway of its own the installation
// sends to the simulator that it serves itself, over the same protocol.
func (a *App) notify(context.Context) error {
	a.simulator = notices.NewSimulator(a.DB, a.Policy, a.sealer, a.simulated())
	var sender notices.Sender
	if a.simulated() {
		key, err := a.cfg.Secret("sms")
		if err != nil {
			return err
		}
		a.account = sms.Account{EcName: "liandong", ApID: "simulator", SecretKey: hex.EncodeToString(key)}
		sender = sms.Gateway{URL: a.cfg.PublicURL + sms.SimulatorPath, Account: a.account, Client: &http.Client{Timeout: smsPatience}}
		a.codes = sms.ToInbox{Inbox: a.simulator, Source: notices.FromLogin}
	} else {
		sender = sms.Gateway{URL: a.cfg.SMSGateway, Account: a.cfg.SMSAccount, Client: &http.Client{Timeout: smsPatience}}
		a.codes = sender
	}
	a.Notices = notices.New(a.DB, a.Policy, notices.Asks{Contacts: contacts{a.sealer}, Watchers: watchers{a}, Sealer: a.sealer, Words: noticesweb.SMSText}, sender)
	return nil
}

// simulated reports that short messages end in the simulator's inbox.
func (a *App) simulated() bool { return a.cfg.SMSGateway == "" }

func (a *App) kratosCodes() http.Handler {
	return sms.Codes{Key: a.cfg.SMSKey, Sender: a.codes, Log: a.cfg.Log}
}

// contacts knows the phone that an applicant left with a case.
type contacts struct{ sealer *seal.Sealer }

func (c contacts) CasePhone(ctx context.Context, tx *db.Tx, tenant tenancy.ID, caseID string) (string, error) {
	var sealed string
	if err := tx.NewRaw(`select phone_sealed from cases where tenant_id = ? and id = ?`, tenant, caseID).Scan(ctx, &sealed); err != nil || sealed == "" {
		return "", err
	}
	return c.sealer.Open(cases.SealPhone, sealed)
}

// watchers knows who watches a case.
type watchers struct{ *App }

func (w watchers) Watchers(ctx context.Context, tx *db.Tx, caseID string) (out []notices.Watcher, err error) {
	who, err := w.Cases.Watchers(ctx, tx, caseID)
	for _, x := range who {
		out = append(out, notices.Watcher{Tenant: x.TenantID, Subject: x.ActorID})
	}
	return out, err
}

// letters answers the citizen site out of the notices.
type letters struct{ notices *notices.Service }

func (l letters) Mine(ctx context.Context, page, size int) ([]citizen.Message, int, error) {
	list, total, err := l.notices.List(ctx, notices.Query{Page: page, Size: size})
	out := make([]citizen.Message, len(list))
	for i, n := range list {
		out[i] = citizen.Message{ID: n.ID, Title: noticesweb.Title(n), Text: noticesweb.Body(n), Link: n.Link, At: n.CreatedAt, Read: n.ReadAt != nil}
	}
	return out, total, err
}

func (l letters) Unread(ctx context.Context) (int, error) { return l.notices.Unread(ctx) }

func (l letters) Read(ctx context.Context, ids ...string) error {
	if len(ids) == 0 {
		_, err := l.notices.ReadAll(ctx)
		return err
	}
	for _, id := range ids {
		if _, err := l.notices.Read(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// counts are the numbers in the frame of the workbench.
type counts struct {
	cases   *cases.Service
	notices *notices.Service
	items   *catalog.Service
}

func (c counts) Items(ctx context.Context) (n desk.ItemCounts, err error) {
	if n.Reviews, err = c.items.CountReviews(ctx); err != nil {
		return n, err
	}
	if n.Requests, err = c.items.CountRequests(ctx); err != nil {
		return n, err
	}
	tasks, err := c.items.CountTasks(ctx)
	for _, some := range tasks {
		n.Tasks += some
	}
	return n, err
}

func (c counts) Todo(ctx context.Context) (int, error)   { return c.cases.CountTodo(ctx) }
func (c counts) Unread(ctx context.Context) (int, error) { return c.notices.Unread(ctx) }
