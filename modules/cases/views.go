package cases

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Bounds of what somebody keeps of one list.
const (
	MaxViews    = 12
	MaxViewName = 20  // characters
	maxView     = 500 // bytes of its query
)

// SavedView (常用筛选) is what somebody narrows a list to, under a name of her own. Nobody
// else sees it, and she only in the post in which she saved it.
type SavedView struct {
	bun.BaseModel `bun:"table:case_views"`

	TenantID  tenancy.ID `bun:",pk"`
	ID        string     `bun:",pk"`
	ActorID   string
	List      string
	Name      string
	Query     string // as addresses spell it; without what was searched for
	Seq       int
	CreatedAt time.Time
}

// Views lists what the actor keeps of a list, in her order.
func (s *Service) Views(ctx context.Context, list string) (vs []SavedView, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		vs, err = store{tx}.views(ctx, list)
		return err
	})
	return vs, err
}

func (s store) views(ctx context.Context, list string) (vs []SavedView, err error) {
	err = s.tx.NewSelect().Model(&vs).Where("actor_id = ?", actorID(s.tx.Scope)).Where("list = ?", list).Order("seq", "id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("views of %s: %w", list, err)
	}
	return vs, nil
}

// SaveView keeps filters under a name. Invalid on field name when it says nothing, is
// taken or may be somebody's number, and when she keeps as many as there may be.
func (s *Service) SaveView(ctx context.Context, list, name, query string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		vs, err := store{tx}.views(ctx, list)
		if err != nil {
			return err
		}
		if len(vs) >= MaxViews {
			return fault.InvalidField("name", "case_views_many")
		}
		if query == "" || len(query) > maxView {
			return fault.InvalidField("name", "case_view_empty")
		}
		if name, err = viewName(name, "", vs); err != nil {
			return err
		}
		v := SavedView{TenantID: tx.Scope.Tenant, ID: db.NewID(), ActorID: actorID(tx.Scope), List: list, Name: name, Query: query, Seq: 1, CreatedAt: tx.Now}
		if n := len(vs); n > 0 {
			v.Seq = vs[n-1].Seq + 1
		}
		if _, err := tx.NewInsert().Model(&v).Exec(ctx); err != nil {
			return fmt.Errorf("save view of %s: %w", list, err)
		}
		return nil
	})
}

// viewName is a name as it is kept, beside others of which id is the one that bears it.
func viewName(name, id string, others []SavedView) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", fault.InvalidField("name", "required")
	case len([]rune(name)) > MaxViewName:
		return "", fault.InvalidField("name", "too_long")
	case numbers().MatchString(name):
		return "", fault.InvalidField("name", "case_phrase_personal")
	}
	for _, v := range others {
		if v.Name == name && v.ID != id {
			return "", fault.InvalidField("name", "case_view_twice")
		}
	}
	return name, nil
}

// changeView lets change alter one of the actor's views beside the others of its list,
// and keeps all of them; NotFound when it is not hers.
func (s *Service) changeView(ctx context.Context, id string, change func(vs []SavedView, at int) error) error {
	if !db.IsID(id) {
		return fault.New(fault.NotFound, "case_view_gone")
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var list []string
		if err := tx.NewRaw(`select list from case_views where id = ? and actor_id = ?`, id, actorID(tx.Scope)).Scan(ctx, &list); err != nil {
			return fmt.Errorf("view %s: %w", id, err)
		}
		if len(list) == 0 {
			return fault.New(fault.NotFound, "case_view_gone")
		}
		vs, err := store{tx}.views(ctx, list[0])
		if err != nil {
			return err
		}
		for at := range vs {
			if vs[at].ID == id {
				err = change(vs, at)
			}
		}
		for i := 0; i < len(vs) && err == nil; i++ {
			_, err = tx.NewRaw(`update case_views set name = ?, seq = ? where id = ? and (name <> ? or seq <> ?)`, vs[i].Name, i+1, vs[i].ID, vs[i].Name, i+1).Exec(ctx)
		}
		return err
	})
}

// RenameView gives a view another name.
func (s *Service) RenameView(ctx context.Context, id, name string) error {
	return s.changeView(ctx, id, func(vs []SavedView, at int) (err error) {
		vs[at].Name, err = viewName(name, id, vs)
		return err
	})
}

// MoveView puts a view one place further up or down; at the end it stays.
func (s *Service) MoveView(ctx context.Context, id string, up bool) error {
	return s.changeView(ctx, id, func(vs []SavedView, at int) error {
		to := at + 1
		if up {
			to = at - 1
		}
		if to >= 0 && to < len(vs) {
			vs[at], vs[to] = vs[to], vs[at]
		}
		return nil
	})
}

// DropView forgets a view; NotFound when it is not hers.
func (s *Service) DropView(ctx context.Context, id string) error {
	if !db.IsID(id) {
		return fault.New(fault.NotFound, "case_view_gone")
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		res, err := tx.NewRaw(`delete from case_views where id = ? and actor_id = ?`, id, actorID(tx.Scope)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("drop view %s: %w", id, err)
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return fault.New(fault.NotFound, "case_view_gone")
		}
		return nil
	})
}
