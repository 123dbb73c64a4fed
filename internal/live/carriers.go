package live

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	channel      = "doorstep:nudge"
	redisSilence = 5 * time.Second
)

// byRedis is one Redis, several behind Sentinel, or a cluster.
type byRedis struct{ client redis.UniversalClient }

func (byRedis) name() string { return "redis" }

func (c byRedis) publish(ctx context.Context, nudge []byte) error {
	return c.client.Publish(ctx, channel, nudge).Err()
}

// hear listens on one subscription until it breaks. A line that is silent is
// asked; one that does not answer is broken.
func (c byRedis) hear(ctx context.Context, ready func(), heard func([]byte)) error {
	sub := c.client.Subscribe(ctx, channel)
	defer func() { _ = sub.Close() }() // broken or no longer wanted
	defer context.AfterFunc(ctx, func() { _ = sub.Close() })()
	subscribed, asked := false, false
	for {
		m, err := sub.ReceiveTimeout(ctx, redisSilence)
		if timedOut(err) && !asked && subscribed {
			asked = true
			err = sub.Ping(ctx)
			if err == nil {
				continue
			}
		}
		if err != nil {
			return err
		}
		asked = false
		switch m := m.(type) {
		case *redis.Subscription:
			subscribed = true
			ready()
		case *redis.Message:
			heard([]byte(m.Payload))
		}
	}
}

// byStore is the store itself, where Redis is not to be had.
type byStore struct {
	Config
	told func(n Notice, span string)
}

func (byStore) name() string { return "store" }

func (c byStore) publish(ctx context.Context, nudge []byte) error {
	return c.Notify(ctx, string(nudge))
}

func (c byStore) hear(ctx context.Context, ready func(), heard func([]byte)) error {
	return c.Listen(ctx, ready, func(nudge string) { heard([]byte(nudge)) }, c.told)
}
