package datasets

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"

	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// cursor is how far somebody has read one table of one subtree.
type cursor struct {
	table  string
	tenant tenancy.ID // whose subtree is read
	root   tenancy.ID // whose numbers count
	n      int64
}

// cursorForm begins every cursor; another form takes another number.
const cursorForm = 1

// maxCursor bounds what is read of a cursor, in bytes of base64.
const maxCursor = 200

// String spells c for a URL, with a checksum against slips of hand and no secret.
func (c cursor) String() string {
	b := append([]byte{cursorForm}, c.table...)
	b = append(b, 0)
	for _, n := range []int64{int64(c.tenant), int64(c.root), c.n} {
		b = binary.AppendVarint(b, n)
	}
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return base64.RawURLEncoding.EncodeToString(b)
}

// readCursor reads what String spelled.
func readCursor(s string) (c cursor, err error) {
	wrong := fault.InvalidField("cursor", "feed_cursor_wrong")
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(s) > maxCursor || len(b) < 7 || b[0] != cursorForm {
		return c, wrong
	}
	sum := binary.BigEndian.Uint32(b[len(b)-4:])
	b = b[:len(b)-4]
	checked := crc32.ChecksumIEEE(b)
	table, b, ok := bytes.Cut(b[1:], []byte{0})
	if sum != checked || !ok {
		return c, wrong
	}
	c.table = string(table)
	var ns [3]int64
	for i := range ns {
		n, took := binary.Varint(b)
		if took <= 0 {
			return c, wrong
		}
		ns[i], b = n, b[took:]
	}
	if len(b) > 0 || ns[2] < 0 {
		return c, wrong
	}
	c.tenant, c.root, c.n = tenancy.ID(ns[0]), tenancy.ID(ns[1]), ns[2]
	return c, nil
}
