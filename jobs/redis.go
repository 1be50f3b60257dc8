package jobs

import (
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Dial makes a client of the Redis at addr, which Config.Redis spells alike, for
// whoever counts there. Nothing is connected yet; close it.
func Dial(addr string) (redis.UniversalClient, error) {
	opt, err := redisOpt(addr)
	if err != nil {
		return nil, err
	}
	client, ok := opt.MakeRedisClient().(redis.UniversalClient)
	if !ok {
		return nil, fmt.Errorf("jobs: redis address %q makes no client", addr)
	}
	return client, nil
}
