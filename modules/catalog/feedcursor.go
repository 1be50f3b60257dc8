package catalog

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"slices"

	"liandong/tenancy"
)

// cursor is how far somebody has read a feed: the number of every tenant of the
// chain, from the top down. While a snapshot goes on, marks say where it began and
// tenant and item what it told last.
type cursor struct {
	marks    []mark
	snapshot bool
	tenant   tenancy.ID
	item     string
}

// cursorForm begins every cursor; another form takes another number.
const cursorForm = 1

// maxCursor bounds what is read of a cursor, in bytes of base64.
const maxCursor = 400

// String spells c for a URL. It carries a checksum against slips of hand, and no
// secret: whoever makes one up is only told what anybody may read.
func (c cursor) String() string {
	b := []byte{cursorForm}
	b = binary.AppendUvarint(b, uint64(len(c.marks)))
	for _, m := range c.marks {
		b = binary.AppendVarint(b, int64(m.TenantID))
		b = binary.AppendVarint(b, m.N)
	}
	if c.snapshot {
		b = binary.AppendVarint(b, int64(c.tenant))
		b = append(b, c.item...)
	}
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return base64.RawURLEncoding.EncodeToString(b)
}

// readCursor reads what String spelled.
func readCursor(s string) (c cursor, err error) {
	wrong := wrongCursor("feed_cursor_wrong")
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(s) > maxCursor || len(b) < 6 || b[0] != cursorForm {
		return c, wrong
	}
	sum := binary.BigEndian.Uint32(b[len(b)-4:])
	if b = b[:len(b)-4]; sum != crc32.ChecksumIEEE(b) {
		return c, wrong
	}
	r := reader{b: b[1:]}
	for range min(r.uint(), uint64(len(b))) {
		c.marks = append(c.marks, mark{tenancy.ID(r.int()), r.int()})
	}
	if len(r.b) > 0 {
		c.snapshot, c.tenant, c.item = true, tenancy.ID(r.int()), string(r.b)
	}
	if r.bad || c.item != "" && !isID(c.item) {
		return c, wrong
	}
	return c, nil
}

// reader takes numbers off b; bad once there was none.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	r.took(n)
	return v
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.b)
	r.took(n)
	return v
}

func (r *reader) took(n int) {
	if n <= 0 {
		r.bad, r.b = true, nil
		return
	}
	r.b = r.b[n:]
}

// follows returns Invalid unless the present comes after c: the same chain, and
// no number has gone back.
func (c cursor) follows(now cursor) error {
	if len(c.marks) == 0 || len(now.marks) == 0 || c.marks[len(c.marks)-1].TenantID != now.marks[len(now.marks)-1].TenantID {
		return wrongCursor("feed_cursor_wrong")
	}
	if !slices.EqualFunc(c.marks, now.marks, func(was, is mark) bool { return was.TenantID == is.TenantID && was.N <= is.N && was.N >= 0 }) {
		return wrongCursor("feed_cursor_restart")
	}
	return nil
}

// merge takes up to limit of rows, which are in order per tenant, earliest first
// without ever leaving one of a tenant behind, and moves c past them.
func (c cursor) merge(rows []FeedChange, limit int) (out []FeedChange) {
	heads := map[tenancy.ID][]FeedChange{}
	for _, r := range rows {
		heads[r.TenantID] = append(heads[r.TenantID], r)
	}
	for len(out) < limit {
		first := -1
		for i, m := range c.marks {
			h := heads[m.TenantID]
			if len(h) > 0 && (first < 0 || h[0].At.Before(heads[c.marks[first].TenantID][0].At)) {
				first = i
			}
		}
		if first < 0 {
			break
		}
		m := &c.marks[first]
		out, m.N = append(out, heads[m.TenantID][0]), heads[m.TenantID][0].N
		heads[m.TenantID] = heads[m.TenantID][1:]
	}
	return out
}
