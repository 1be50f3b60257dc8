package tree

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// window is how many candidate blocks one query looks at.
const window = 1_000

// slots finds and keeps the blocks that were given out. It must run as System
// over the whole tree, behind the lock.
type slots struct{ tx *db.Tx }

// place is the block for a new child of parent: the one its code stands for when
// that lies in the parent and was never given out, else the highest free one.
func (s slots) place(ctx context.Context, code string, size int64, parent tenancy.Interval) (tenancy.Interval, error) {
	if isCode(code) {
		b := blockAt(labelOf(code), size)
		free, err := s.free(ctx, b, parent)
		if err != nil || free {
			return b, err
		}
	}
	return s.highest(ctx, size, parent)
}

func blockAt(lo tenancy.ID, size int64) tenancy.Interval {
	return tenancy.Interval{Lo: lo, Hi: lo + tenancy.ID(size-1)}
}

func fits(b, parent tenancy.Interval) bool {
	return int64(b.Lo)%(int64(b.Hi-b.Lo)+1) == 0 && b.Lo > parent.Lo && b.Hi <= parent.Hi
}

// free reports whether no label in b was ever given out, nor a wider block around b.
func (s slots) free(ctx context.Context, b, parent tenancy.Interval) (ok bool, err error) {
	if !fits(b, parent) {
		return false, nil
	}
	around := bun.List(s.around(b, parent))
	err = s.tx.NewRaw(`select not (exists (select from tenants where tenant_id between ? and ? or tenant_id in (?))
		or exists (select from tenant_slots where label between ? and ? or label in (?)))`,
		b.Lo, b.Hi, around, b.Lo, b.Hi, around).Scan(ctx, &ok)
	if err != nil {
		return false, fmt.Errorf("look at block %s: %w", b.Lo, err)
	}
	return ok, nil
}

// around lists the first labels of the wider blocks inside parent that would
// contain b; since blocks are aligned, one of them is taken if b's place is.
func (slots) around(b, parent tenancy.Interval) []tenancy.ID {
	ids := []tenancy.ID{-1}
	for _, w := range between(b, parent) {
		if lo := b.Lo - b.Lo%tenancy.ID(w); lo > parent.Lo {
			ids = append(ids, lo)
		}
	}
	return ids
}

// between lists the widths that are wider than b and narrower than parent.
func between(b, parent tenancy.Interval) (ws []int64) {
	for _, w := range sizes() {
		if w > int64(b.Hi-b.Lo)+1 && w < int64(parent.Hi-parent.Lo)+1 {
			ws = append(ws, w)
		}
	}
	return ws
}

// ranges are where to look for a free block, in order: first the stretch that
// begins with the parent's own label, which no official child can occupy.
func ranges(size int64, parent tenancy.Interval) [][2]tenancy.ID {
	step := tenancy.ID(size)
	natural := tenancy.ID(below(int64(parent.Hi-parent.Lo) + 1))
	all := [2]tenancy.ID{parent.Lo + step, parent.Hi - step + 1}
	if natural <= step {
		return [][2]tenancy.ID{all}
	}
	return [][2]tenancy.ID{{parent.Lo + step, parent.Lo + natural - step}, all}
}

// highest is the highest free block of the width; Precondition when parent is full.
func (s slots) highest(ctx context.Context, size int64, parent tenancy.Interval) (tenancy.Interval, error) {
	step := tenancy.ID(size)
	for _, r := range ranges(size, parent) {
		for top := r[1]; top >= r[0]; {
			from := max(r[0], top-(window-1)*step)
			lo, err := s.search(ctx, from, top, size, parent)
			if err != nil || lo > 0 {
				return blockAt(lo, size), err
			}
			if top, err = s.foot(ctx, blockAt(from, size), parent); err != nil {
				return tenancy.Interval{}, err
			}
			top -= step
		}
	}
	return tenancy.Interval{}, fault.New(fault.Precondition, "tree_no_room")
}

func (s slots) search(ctx context.Context, from, to tenancy.ID, size int64, parent tenancy.Interval) (lo tenancy.ID, err error) {
	around := []int64{platformSize}
	around = append(around, between(blockAt(to, size), parent)...)
	err = s.tx.NewRaw(`select coalesce(max(c), 0) from generate_series(?::bigint, ?::bigint, ?::bigint) c
		where not exists (select from tenants t where t.tenant_id between c and c + ?)
		and not exists (select from tenant_slots s where s.label between c and c + ?)
		and not exists (select from unnest(array[?]::bigint[]) w where c - c % w > ?
			and (exists (select from tenants t where t.tenant_id = c - c % w) or exists (select from tenant_slots s where s.label = c - c % w)))`,
		from, to, size, size-1, size-1, bun.List(around), parent.Lo).Scan(ctx, &lo)
	if err != nil {
		return 0, fmt.Errorf("look for a free block in %s: %w", parent.Lo, err)
	}
	return lo, nil
}

// foot is where the widest block around b begins that was given out, or b itself:
// nothing from there to b is free, so the search need not try a million labels.
func (s slots) foot(ctx context.Context, b, parent tenancy.Interval) (lo tenancy.ID, err error) {
	err = s.tx.NewRaw(`select coalesce(min(a), ?) from unnest(array[?]::bigint[]) a
		where exists (select from tenants t where t.tenant_id = a) or exists (select from tenant_slots s where s.label = a)`,
		b.Lo, bun.List(s.around(b, parent))).Scan(ctx, &lo)
	if err != nil {
		return 0, fmt.Errorf("look below block %s: %w", b.Lo, err)
	}
	return lo, nil
}

// keep records every label that a block carries now, so that none is given again.
func (s slots) keep(ctx context.Context, b tenancy.Interval) error {
	_, err := s.tx.NewRaw(`insert into tenant_slots (tenant_id, label, given_at) select tenant_id, tenant_id, ? from tenants
		where tenant_id between ? and ? on conflict (label) do nothing`, s.tx.Now, b.Lo, b.Hi).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep labels of %s: %w", b.Lo, err)
	}
	return nil
}
