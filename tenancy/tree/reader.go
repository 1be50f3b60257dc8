package tree

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

const columns = `t.tenant_id as id, t.hi, coalesce(t.parent_id, 0) as parent, t.level, t.code, t.name, coalesce(t.host, '') as host, t.state, coalesce(t.merged_into, 0) as merged_into, t.version`

// Bounds of what one call returns.
const (
	maxPageSize = 100
	maxSubtree  = 5_000
)

// Reader reads the tree inside a transaction of whatever scope.
type Reader struct{ tx *db.Tx }

// In binds a Reader to tx.
func In(tx *db.Tx) Reader { return Reader{tx} }

// Get returns a tenant, whatever its state; NotFound when there is none.
func (r Reader) Get(ctx context.Context, id tenancy.ID) (Node, error) {
	return r.one(ctx, `t.tenant_id = ?`, id)
}

// ByCode returns the open tenant that has the code today, or NotFound.
func (r Reader) ByCode(ctx context.Context, code string) (Node, error) {
	if !isCode(code) {
		return Node{}, notFound()
	}
	return r.one(ctx, `t.state = 'open' and t.code = ?`, code)
}

// ByHost returns the tenant whose site a host name addresses: its own name, or
// one whose first label is a code (152502000000.example.cn). A port is ignored.
func (r Reader) ByHost(ctx context.Context, host string) (Node, error) {
	host = hostName(host)
	n, err := r.one(ctx, `t.host = ?`, host)
	if err == nil {
		return n, nil
	}
	label, _, _ := strings.Cut(host, ".")
	return r.ByCode(ctx, label)
}

func (r Reader) one(ctx context.Context, where string, args ...any) (n Node, err error) {
	err = r.tx.NewRaw(`select `+columns+` from tenants t where `+where, args...).Scan(ctx, &n)
	if errors.Is(err, sql.ErrNoRows) {
		return n, notFound()
	}
	if err != nil {
		return n, fmt.Errorf("read tenant %v: %w", args, err)
	}
	return n, nil
}

// WayByCode is ByCode with the way down to it: from the platform to the tenant itself.
func (r Reader) WayByCode(ctx context.Context, code string) ([]Node, error) {
	if !isCode(code) {
		return nil, notFound()
	}
	return r.way(ctx, `t.state = 'open' and t.code = ?`, code)
}

// WayByHost is ByHost with the way down to it: from the platform to the tenant itself.
func (r Reader) WayByHost(ctx context.Context, host string) ([]Node, error) {
	nodes, err := r.way(ctx, `t.host = ?`, hostName(host))
	if fault.KindOf(err) != fault.NotFound {
		return nodes, err
	}
	label, _, _ := strings.Cut(hostName(host), ".")
	return r.WayByCode(ctx, label)
}

func hostName(host string) string {
	host = strings.ToLower(host)
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return host
}

// way leads from the platform down to the one tenant that fits.
func (r Reader) way(ctx context.Context, where string, args ...any) ([]Node, error) {
	nodes, err := r.list(ctx, `with recursive up as (
			select `+columns+` from tenants t where `+where+`
			union all select `+columns+` from tenants t join up on t.tenant_id = up.parent where up.id <> 0)
		select id, hi, parent, level, code, name, host, state, merged_into, version from up order by id`, args...)
	if err == nil && len(nodes) == 0 {
		return nil, notFound()
	}
	return nodes, err
}

func (r Reader) list(ctx context.Context, query string, args ...any) (nodes []Node, err error) {
	if err := r.tx.NewRaw(query, args...).Scan(ctx, &nodes); err != nil {
		return nil, fmt.Errorf("list tenants: %w", err)
	}
	return nodes, nil
}

// Ancestors returns the way from the platform down to id itself, or NotFound.
func (r Reader) Ancestors(ctx context.Context, id tenancy.ID) ([]Node, error) {
	return r.way(ctx, `t.tenant_id = ?`, id)
}

type wayKey tenancy.ID // see [db.Known]

// Way is Ancestors for whoever does not change the tree: it is read once in a transaction.
func (r Reader) Way(ctx context.Context, id tenancy.ID) ([]Node, error) {
	return db.Known(r.tx, wayKey(id), func() ([]Node, error) { return r.Ancestors(ctx, id) })
}

// Children returns the open tenants right below id, in order of their labels.
func (r Reader) Children(ctx context.Context, id tenancy.ID) ([]Node, error) {
	return r.list(ctx, `select `+columns+` from tenants t where t.parent_id = ? and t.state = 'open' order by t.tenant_id`, id)
}

// Subtree returns id and every open tenant below it, parents first; at most 5,000.
func (r Reader) Subtree(ctx context.Context, id tenancy.ID) ([]Node, error) {
	n, err := r.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return r.after(ctx, n.Interval(), n.ID-1, maxSubtree)
}

// after returns up to limit open tenants of the block whose labels follow last.
func (r Reader) after(ctx context.Context, in tenancy.Interval, last tenancy.ID, limit int) ([]Node, error) {
	return r.list(ctx, `select `+columns+` from tenants t where t.tenant_id between ? and ? and t.tenant_id > ? and t.state = 'open'
		order by t.tenant_id limit ?`, in.Lo, in.Hi, last, limit)
}

// Query asks for one page of the tenants under a node, the node included.
type Query struct {
	Under tenancy.ID
	Q     string // part of the name, or the beginning of the code
	Level string // empty for all
	Page  int    // from 1
	Size  int    // 1..100
}

// Search returns one page of open tenants and how many there are in all.
func (r Reader) Search(ctx context.Context, q Query) (nodes []Node, total int, err error) {
	under, err := r.Get(ctx, q.Under)
	if err != nil {
		return nil, 0, err
	}
	size := min(max(q.Size, 1), maxPageSize)
	like := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.TrimSpace(q.Q))
	where := bun.SafeQuery(`t.tenant_id between ? and ? and t.state = 'open' and (? = '' or t.level = ?) and (? = '' or t.name like ? or t.code like ?)`,
		under.ID, under.Hi, q.Level, q.Level, like, "%"+like+"%", like+"%")
	if err := r.tx.NewRaw(`select count(*) from tenants t where ?`, where).Scan(ctx, &total); err != nil {
		return nil, 0, fmt.Errorf("count tenants: %w", err)
	}
	nodes, err = r.list(ctx, `select `+columns+` from tenants t where ? order by t.tenant_id limit ? offset ?`, where, size, (max(q.Page, 1)-1)*size)
	return nodes, total, err
}

// Names returns what the tenants are called; those that do not exist are absent.
func (r Reader) Names(ctx context.Context, ids []tenancy.ID) (map[tenancy.ID]string, error) {
	names := make(map[tenancy.ID]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	nodes, err := r.list(ctx, `select `+columns+` from tenants t where t.tenant_id in (?)`, bun.List(ids))
	for _, n := range nodes {
		names[n.ID] = n.Name
	}
	return names, err
}
