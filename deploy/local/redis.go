package local

import (
	"context"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// courier is the Redis that carries jobs: a real one, or one in this process.
type courier struct {
	addr string
	mini *miniredis.Miniredis
	quit chan struct{}
}

func startCourier(addr string) (*courier, error) {
	if addr != "" {
		return &courier{addr: addr}, nil
	}
	return serveCourier("127.0.0.1:0")
}

// RunRedis serves a Redis that keeps nothing on listen until ctx ends.
func RunRedis(ctx context.Context, listen string) error {
	c, err := serveCourier(listen)
	if err != nil {
		return err
	}
	<-ctx.Done()
	c.stop()
	return nil
}

func serveCourier(listen string) (*courier, error) {
	c := &courier{mini: miniredis.NewMiniRedis(), quit: make(chan struct{})}
	if err := c.mini.StartAddr(listen); err != nil {
		return nil, err
	}
	c.addr = c.mini.Addr()
	go c.age()
	return c, nil
}

// age lets time pass: by itself the in-process Redis never expires a key.
func (c *courier) age() {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-c.quit:
			return
		case now := <-tick.C:
			c.pass(last, now)
			last = now
		}
	}
}

func (c *courier) pass(last, now time.Time) {
	c.mini.SetTime(now)
	c.mini.FastForward(now.Sub(last))
}

func (c *courier) stop() {
	if c.mini == nil {
		return
	}
	close(c.quit)
	c.mini.Close()
}
