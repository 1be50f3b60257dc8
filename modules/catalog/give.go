package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// The kinds of code that an item is given.
const (
	CodeBasic        = "basic"        // 基本编码, 12 digits
	CodeImplementing = "implementing" // 实施编码, 31 characters
	CodeHandling     = "handling"     // 业务办理项编码, 33 characters
)

// GivenCode (赋码) is a code that an item was given when it was published. It stays
// the item's for good: an ended one is never given to another.
type GivenCode struct {
	bun.BaseModel `bun:"table:item_codes"`

	TenantID tenancy.ID `bun:",pk"`
	Code     string     `bun:",pk"`
	Kind     string
	ItemID   string
	Name     string // of the handling item (业务办理项); empty when the item is not divided
	GivenAt  time.Time
	EndedAt  *time.Time
}

// Codes lists the codes that an item was ever given, those in force first.
func (s *Service) Codes(ctx context.Context, itemID string) (given []GivenCode, err error) {
	if !isID(itemID) {
		return nil, notFound()
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		given, err = store{tx}.codes(ctx, itemID)
		return err
	})
	return given, err
}

func (s store) codes(ctx context.Context, itemID string) (given []GivenCode, err error) {
	err = s.tx.NewSelect().Model(&given).Where("item_id = ?", itemID).OrderExpr("ended_at is not null, length(code), code").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("codes of item %s: %w", itemID, err)
	}
	return given, nil
}

// give gives a version that is about to be published its codes by rule, takes back
// those that it has outgrown, and keeps those that it has. Invalid when a code was
// ever another item's.
func (s store) give(ctx context.Context, i Item, v *Version) error {
	had, err := s.codes(ctx, v.ItemID)
	if err != nil {
		return err
	}
	due, err := v.Body.due(i, had)
	if err != nil {
		return err
	}
	if i.List == BasicList {
		if err := s.takeBasicCode(ctx, i, v.Body.BasicCode); err != nil {
			return err
		}
		if had, err = s.codes(ctx, i.ID); err != nil {
			return err
		}
	}
	for _, c := range due {
		i := slices.IndexFunc(had, func(h GivenCode) bool { return h.Code == c.Code })
		switch {
		case i < 0:
			c.TenantID, c.ItemID, c.GivenAt = v.TenantID, v.ItemID, s.tx.Now
			err = s.insertCode(ctx, &c)
		case had[i].EndedAt != nil:
			err = s.endCode(ctx, v, c.Code, nil)
		}
		if err != nil {
			return err
		}
	}
	for _, h := range had {
		if h.EndedAt == nil && !slices.ContainsFunc(due, func(c GivenCode) bool { return c.Code == h.Code }) {
			if err := s.endCode(ctx, v, h.Code, &s.tx.Now); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeBasicCode moves a basic code from an implementing item of the same tenant,
// which had it while there was no entry, to the entry of the basic list.
func (s store) takeBasicCode(ctx context.Context, i Item, code string) error {
	_, err := s.tx.NewRaw(`update item_codes c set item_id = ? from items i where c.tenant_id = ? and c.code = ? and c.kind = ? and c.item_id <> ?
		and i.tenant_id = c.tenant_id and i.id = c.item_id and i.list = ?`, i.ID, i.TenantID, code, CodeBasic, i.ID, ImplementingList).Exec(ctx)
	if err != nil {
		return fmt.Errorf("take basic code %s: %w", code, err)
	}
	return nil
}

// reserve gives an approved version that is not in force yet the codes that it
// will have: no other item gets them meanwhile. A code that has ended when it was
// given is reserved.
func (s store) reserve(ctx context.Context, v *Version) error {
	i, err := s.item(ctx, v.ItemID)
	if err != nil {
		return err
	}
	had, err := s.codes(ctx, v.ItemID)
	if err != nil {
		return err
	}
	due, err := v.Body.due(i, had)
	if err != nil {
		return err
	}
	for _, c := range due {
		if i.List == BasicList || slices.ContainsFunc(had, func(h GivenCode) bool { return h.Code == c.Code }) {
			continue
		}
		c.TenantID, c.ItemID, c.GivenAt, c.EndedAt = v.TenantID, v.ItemID, s.tx.Now, &s.tx.Now
		if err := s.insertCode(ctx, &c); err != nil {
			return err
		}
	}
	return nil
}

// Reserved reports whether the code waits for its version to come into force.
func (c GivenCode) Reserved() bool { return c.EndedAt != nil && c.EndedAt.Equal(c.GivenAt) }

// due are the codes that a body should have, given those that its item had: an
// entry has the basic code; an item taken from an entry has all but that.
func (b Body) due(i Item, had []GivenCode) (due []GivenCode, err error) {
	if b.BasicCode != "" && i.BasicID == nil {
		due = append(due, GivenCode{Code: b.BasicCode, Kind: CodeBasic})
	}
	implementing := b.Implementing()
	if implementing == "" || i.List == BasicList {
		return due, nil
	}
	due = append(due, GivenCode{Code: implementing, Kind: CodeImplementing})
	names := b.handlingNames()
	if len(names) == 0 {
		names = []string{""}
	}
	serials, last := serials(implementing, had)
	for _, name := range names {
		serial, ok := serials[name]
		if !ok {
			last++
			serial = last
		}
		if serial > maxHandlings {
			return nil, fault.InvalidField("handlings", "item_handlings")
		}
		due = append(due, GivenCode{Code: handling(implementing, serial), Kind: CodeHandling, Name: name})
	}
	return due, nil
}

// serials are those that handling items of an implementing code have, by name, and the last one.
func serials(implementing string, had []GivenCode) (byName map[string]int, last int) {
	byName = map[string]int{}
	for _, h := range had {
		if h.Kind != CodeHandling || h.Code[:len(implementing)] != implementing {
			continue
		}
		n, err := strconv.Atoi(h.Code[len(implementing):])
		if err != nil {
			continue
		}
		byName[h.Name], last = n, max(last, n)
	}
	return byName, last
}

func (s store) insertCode(ctx context.Context, c *GivenCode) error {
	_, err := s.tx.NewInsert().Model(c).Exec(ctx)
	if db.IsDuplicate(err, "") {
		if c.Kind == CodeBasic {
			return fault.InvalidField("basic_code", "item_code_used")
		}
		return fault.InvalidField("organ_code", "item_code_used")
	}
	if err != nil {
		return fmt.Errorf("give code %s: %w", c.Code, err)
	}
	return nil
}

func (s store) endCode(ctx context.Context, v *Version, code string, at *time.Time) error {
	_, err := s.tx.NewUpdate().Model((*GivenCode)(nil)).Set("ended_at = ?", at).Where("tenant_id = ?", v.TenantID).Where("code = ?", code).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end code %s: %w", code, err)
	}
	return nil
}

// endCodes ends all codes of an item that is withdrawn; they stay its own.
func (s store) endCodes(ctx context.Context, i Item) error {
	_, err := s.tx.NewUpdate().Model((*GivenCode)(nil)).Set("ended_at = ?", s.tx.Now).
		Where("tenant_id = ?", i.TenantID).Where("item_id = ?", i.ID).Where("ended_at IS NULL").Exec(ctx)
	if err != nil {
		return fmt.Errorf("end codes of item %s: %w", i.ID, err)
	}
	return nil
}
