package forms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// store is the only place that spells SQL for designs and versions.
type store struct{ tx *db.Tx }

const formColumns = `f.tenant_id, f.id, f.title, f.state, f.step, f.published, f.author_id, f.author_name, f.created_at, f.updated_at, f.version`

func (s store) remembered(ctx context.Context, key string) (string, error) {
	var known []string
	err := s.tx.NewRaw(`select answer from idempotency where tenant_id = ? and actor_id = ? and key = ?`, s.tx.Scope.Tenant, s.tx.Scope.Actor.ID, key).Scan(ctx, &known)
	if err != nil || len(known) == 0 {
		return "", err
	}
	return known[0], nil
}

func (s store) remember(ctx context.Context, key, answer string) error {
	_, err := s.tx.NewRaw(`insert into idempotency (tenant_id, actor_id, key, answer, created_at) values (?, ?, ?, ?, ?)`,
		s.tx.Scope.Tenant, s.tx.Scope.Actor.ID, key, answer, s.tx.Now).Exec(ctx)
	return err
}

func (s store) form(ctx context.Context, id string) (f Form, err error) {
	if !db.IsID(id) {
		return f, fault.New(fault.NotFound, "not_found")
	}
	err = s.tx.NewRaw(`select `+formColumns+`, t.name as owner_name from forms f join tenants t on t.tenant_id = f.tenant_id where f.id = ?`, id).Scan(ctx, &f)
	if err != nil {
		return f, fmt.Errorf("get form %s: %w", id, err)
	}
	return f, nil
}

// lock keeps others from changing the form until the transaction ends, and reads it again.
func (s store) lock(ctx context.Context, f *Form) error {
	return s.tx.NewRaw(`select `+formColumns+` from forms f where f.tenant_id = ? and f.id = ? for update`, f.TenantID, f.ID).Scan(ctx, f)
}

func (s store) insertForm(ctx context.Context, f Form) error {
	_, err := s.tx.NewRaw(`insert into forms (tenant_id, id, title, state, step, published, author_id, author_name, created_at, updated_at, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		f.TenantID, f.ID, f.Title, f.State, f.Step, f.Published, f.AuthorID, f.AuthorName, f.CreatedAt, f.UpdatedAt, f.Version).Exec(ctx)
	return err
}

// save writes f if nobody has written it since it was read.
func (s store) save(ctx context.Context, f *Form) error {
	res, err := s.tx.NewRaw(`update forms set title = ?, state = ?, step = ?, published = ?, author_id = ?, author_name = ?, updated_at = ?, version = version + 1
		where tenant_id = ? and id = ? and version = ?`, f.Title, f.State, f.Step, f.Published, f.AuthorID, f.AuthorName, f.UpdatedAt, f.TenantID, f.ID, f.Version).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save form %s: %w", f.ID, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(fault.New(fault.Conflict, "forms.changed"), err)
	}
	f.Version++
	return nil
}

func (s store) delete(ctx context.Context, f Form) error {
	if _, err := s.tx.NewRaw(`delete from form_steps where tenant_id = ? and form_id = ?`, f.TenantID, f.ID).Exec(ctx); err != nil {
		return err
	}
	_, err := s.tx.NewRaw(`delete from forms where tenant_id = ? and id = ?`, f.TenantID, f.ID).Exec(ctx)
	return err
}

// insertStep writes the step that f is at now; those after it, which were undone, go.
func (s store) insertStep(ctx context.Context, f Form, step Step) error {
	_, err := s.tx.NewRaw(`delete from form_steps where tenant_id = ? and form_id = ? and (seq >= ? or seq < ?)`, f.TenantID, f.ID, f.Step, f.Step-maxSteps).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = s.tx.NewRaw(`insert into form_steps (tenant_id, form_id, seq, schema, what, at, by_name) values (?, ?, ?, ?::jsonb, ?, ?, ?)`,
		f.TenantID, f.ID, f.Step, string(step.Schema), step.What, s.tx.Now, s.tx.Scope.Actor.Name).Exec(ctx)
	return err
}

// step returns the step that f is at, and the number of the last one.
func (s store) step(ctx context.Context, f Form) (step Step, last int, err error) {
	var found []struct {
		Step `bun:",extend"`
		Last int
	}
	err = s.tx.NewRaw(`select form_id, seq, schema, what, at, by_name, (select max(seq) from form_steps l where l.tenant_id = s.tenant_id and l.form_id = s.form_id) as last
		from form_steps s where s.tenant_id = ? and s.form_id = ? and s.seq = ?`, f.TenantID, f.ID, f.Step).Scan(ctx, &found)
	if err != nil {
		return step, 0, err
	}
	if len(found) == 0 {
		return step, 0, fault.New(fault.NotFound, "not_found")
	}
	return found[0].Step, found[0].Last, nil
}

func (s store) versions(ctx context.Context, f Form) (out []VersionLine, err error) {
	err = s.tx.NewRaw(`select v.number, v.note, v.published_at, v.published_by,
			(select count(*) from form_drafts d where d.form_id = v.form_id and d.form_version = v.number and d.state = 'open') as drafts
		from form_versions v where v.tenant_id = ? and v.form_id = ? order by v.number desc limit 100`, f.TenantID, f.ID).Scan(ctx, &out)
	if s.tx.Scope.Actor.Kind == tenancy.Public {
		return nil, nil
	}
	return out, err
}

type versionRow struct {
	TenantID tenancy.ID
	FormID   string
	Number   int
	State    State
}

func (s store) version(ctx context.Context, id string, number int) (r versionRow, err error) {
	if !db.IsID(id) {
		return r, fault.New(fault.NotFound, "not_found")
	}
	err = s.tx.NewRaw(`select v.tenant_id, v.form_id, v.number, f.state from form_versions v join forms f on f.id = v.form_id and f.tenant_id = v.tenant_id
		where v.form_id = ? and v.number = ?`, id, number).Scan(ctx, &r)
	if err != nil {
		return r, fmt.Errorf("get version %d of form %s: %w", number, id, err)
	}
	return r, nil
}

func (s store) fullVersion(ctx context.Context, r versionRow) (*Version, error) {
	v := &Version{TenantID: r.TenantID, FormID: r.FormID, Number: r.Number, State: r.State}
	var schema, mapping string
	err := s.tx.NewRaw(`select schema::text, mapping::text, note, published_at, published_by from form_versions where tenant_id = ? and form_id = ? and number = ?`,
		r.TenantID, r.FormID, r.Number).Scan(ctx, &schema, &mapping, &v.Note, &v.PublishedAt, &v.PublishedBy)
	if err != nil {
		return nil, err
	}
	var parsed Schema
	if err := errors.Join(json.Unmarshal([]byte(schema), &parsed), json.Unmarshal([]byte(mapping), &v.Mapping)); err != nil {
		return nil, fmt.Errorf("version %d of form %s: %w", r.Number, r.FormID, err)
	}
	v.Compiled, _ = Compile(parsed)
	return v, nil
}

func (s store) insertVersion(ctx context.Context, f Form, schema Schema, m Mapping, note string) error {
	data, err := json.Marshal(schema)
	if err != nil {
		return err
	}
	mapping, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = s.tx.NewRaw(`insert into form_versions (tenant_id, form_id, number, schema, mapping, note, published_at, published_by) values (?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, ?)`,
		f.TenantID, f.ID, f.Published, string(data), string(mapping), note, s.tx.Now, s.tx.Scope.Actor.Name).Exec(ctx)
	return err
}

// evolve brings the tables of a form up to its schema and says which field lies where.
func (s store) evolve(ctx context.Context, f Form, schema *Schema, old Mapping) (m Mapping, err error) {
	taken, err := s.columns(ctx, f.ID)
	if err != nil {
		return m, err
	}
	m = mapTo(schema, old, taken)
	if err := s.ask(ctx, f.ID, 0, m.Columns, taken[0]); err != nil {
		return m, err
	}
	for _, p := range m.Tables {
		if err := s.ask(ctx, f.ID, p.Number, p.Columns, taken[p.Number]); err != nil {
			return m, err
		}
	}
	return m, nil
}

func (s store) ask(ctx context.Context, id string, part int, columns []Column, taken map[string]string) error {
	want := wanted(columns)
	for name := range taken { // what is there needs no lock of the table
		delete(want, name)
	}
	if taken != nil && len(want) == 0 {
		return nil
	}
	data, err := json.Marshal(want)
	if err != nil {
		return err
	}
	if _, err := s.tx.NewRaw(`select form_table(?::uuid, ?::int, ?::jsonb)`, id, part, string(data)).Exec(ctx); err != nil {
		return fmt.Errorf("map form %s: %w", id, err)
	}
	return nil
}

// columns reads which columns the tables of a form have, by number.
func (s store) columns(ctx context.Context, id string) (map[int]map[string]string, error) {
	var found []struct{ Name, Col, Type string }
	err := s.tx.NewRaw(`select c.relname as name, a.attname as col, format_type(a.atttypid, null) as type from pg_attribute a join pg_class c on c.oid = a.attrelid
		join pg_namespace n on n.oid = c.relnamespace where n.nspname = ? and c.relkind = 'r' and (c.relname = ? or c.relname ^@ ?) and a.attnum > 0 and not a.attisdropped`,
		dataSchema, tableName(id, 0), tableName(id, 0)+"_r").Scan(ctx, &found)
	if err != nil {
		return nil, err
	}
	out := map[int]map[string]string{}
	for _, x := range found {
		part := 0
		if base := tableName(id, 0); len(x.Name) > len(base)+2 {
			if part, err = strconv.Atoi(x.Name[len(base)+2:]); err != nil {
				return nil, err
			}
		}
		if out[part] == nil {
			out[part] = map[string]string{}
		}
		out[part][x.Col] = x.Type
	}
	return out, nil
}
