package live

import (
	"context"
	"maps"
	"slices"

	"doorstep/internal/fault"
)

// listen joins topics, tells the client where each of them stands, and sends
// what it missed. Joining comes first, so that nothing falls between.
func (c *conn) listen(ctx context.Context, of string, own, asked []string, resume map[string]int64) {
	names := slices.Concat(own, c.allowed(ctx, of, asked))
	if len(names) == 0 || c.ended() {
		return // all refused, or one that is not for this account
	}
	var joined []string
	for _, name := range names {
		if c.subs[name] == nil {
			c.hub.join(c, name)
			joined = append(joined, name)
		}
	}
	last, err := c.hub.arrives.Ask(ctx, names)
	if err != nil {
		c.hub.Log.Error().Err(err).Msg("topics not read")
		c.close(CloseRestarting)
		return
	}
	welcome := welcomeBody{Topics: map[string]int64{}}
	var ahead []string
	for _, name := range names {
		welcome.Topics[name] = c.standing(name, last[name])
	}
	for _, name := range joined {
		now, tooFar := c.subs[name].place(last[name], place(resume, name))
		welcome.Topics[name] = now
		if tooFar {
			ahead = append(ahead, name)
		}
	}
	c.put(saying(TypeWelcome, c.hub.Now(), welcome))
	for _, name := range ahead {
		c.put(c.resync(name, welcome.Topics[name]))
	}
	for _, name := range joined {
		c.catchUp(c.subs[name])
	}
	c.stored(ctx, joined, ahead, resume)
}

// stored acknowledges what the client resumes from: it has that on the device,
// and the line may have broken before it could say so.
func (c *conn) stored(ctx context.Context, joined, ahead []string, resume map[string]int64) {
	for _, name := range joined {
		if seq := resume[name]; seq > 0 && !slices.Contains(ahead, name) && !c.ended() {
			c.acknowledge(ctx, Ack{Topic: name, Seq: seq})
		}
	}
}

// allowed returns the topics that the actor may hear and refuses the others one
// by one. No screen of ours asks for what is somebody else's: who does is cut off.
func (c *conn) allowed(ctx context.Context, of string, asked []string) []string {
	own := c.actor.Topics()
	var may []string
	for _, name := range asked {
		if slices.Contains(own, name) && of == "hello" || slices.Contains(may, name) {
			continue // joined anyway
		}
		err := c.mayHear(ctx, name, len(own)+len(may))
		if err != nil {
			c.refuse(of, name, err)
			continue
		}
		may = append(may, name)
	}
	return may
}

func (c *conn) mayHear(ctx context.Context, name string, more int) error {
	if c.subs[name] != nil || slices.Contains(c.actor.Topics(), name) {
		return nil
	}
	if len(c.subs)+more >= maxTopics {
		return fault.New(fault.Invalid, "a connection hears at most %d topics", maxTopics)
	}
	ctx, cancel := context.WithTimeout(ctx, c.hub.InboundWait)
	defer cancel()
	return c.hub.MayHear(ctx, c.actor, name)
}

// standing is the last number of a topic that the connection already hears.
func (c *conn) standing(name string, last int64) int64 {
	pos, _ := c.subs[name].standing()
	return max(last, pos)
}

// catchUp replays to one listener what it missed, at the pace of its client,
// until it stands where the topic stands. From then on it is told live.
func (c *conn) catchUp(s *sub) {
	for !c.ended() {
		live, pos, head := c.hub.goLive(s)
		if live {
			return
		}
		page, own, err := c.hub.fetch(s.topic, leg{pos, true})
		if err != nil {
			c.hub.Log.Error().Err(err).Str("topic", s.topic.name).Msg("notices not replayed")
			c.close(CloseRestarting)
			return
		}
		if len(page) == 0 && own { // older than what is kept, all of it
			c.skip(s, head)
		}
		for _, f := range page {
			if f.seq > s.pos+1 { // what was between is no longer kept
				c.skip(s, f.seq-1)
			}
			s.pos = f.seq
			c.put(f)
		}
		c.hub.replayed.Add(int64(len(page)))
	}
}

// skip tells the client that numbers are missing for good.
func (c *conn) skip(s *sub, to int64) {
	s.pos = to
	c.put(c.resync(s.topic.name, to))
}

func (c *conn) resync(name string, seq int64) frame {
	return saying(TypeResync, c.hub.Now(), resyncBody{Topic: name, Seq: seq})
}

// unwatch drops topics; the actor's own stay.
func (c *conn) unwatch(names []string) {
	for _, name := range names {
		if c.subs[name] != nil && !slices.Contains(c.actor.Topics(), name) {
			c.hub.drop(c, name)
		}
	}
}

func place(resume map[string]int64, name string) *int64 {
	seq, ok := resume[name]
	if !ok {
		return nil
	}
	return &seq
}

func named(resume map[string]int64) []string { return slices.Sorted(maps.Keys(resume)) }
