package wire

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"liandong/jobs"
)

// minutes counts requests of the running minute in Redis, for all servers of one
// database together. Redis is no record: while it is away, every server counts for
// itself.
type minutes struct {
	redis  redis.UniversalClient
	prefix string
}

func newMinutes(address, database string) (*minutes, error) {
	client, err := jobs.Dial(address)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(database))
	return &minutes{client, "liandong:api:" + hex.EncodeToString(sum[:6]) + ":"}, nil
}

// Count is that of partners.Counter; two minutes later Redis has forgotten.
func (m *minutes) Count(ctx context.Context, who string, minute time.Time) (int, error) {
	key := m.prefix + strconv.FormatInt(minute.Unix(), 36) + ":" + who
	p := m.redis.Pipeline()
	n := p.Incr(ctx, key)
	p.Expire(ctx, key, 2*time.Minute)
	if _, err := p.Exec(ctx); err != nil {
		return 0, err
	}
	return int(n.Val()), nil
}

func (m *minutes) Close() error { return m.redis.Close() }
