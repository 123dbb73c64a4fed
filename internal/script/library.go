package script

import (
	"maps"
	"sync"
)

// Library holds the versions that calls run on. It is safe for concurrent use;
// its zero value is empty.
type Library struct {
	mu      sync.RWMutex
	held    map[edition]Script
	inForce map[string]int
}

type edition struct {
	code   string
	number int
}

// Find returns a version; number 0 is the one in force.
func (l *Library) Find(code string, number int) (Script, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if number == 0 {
		number = l.inForce[code]
	}
	s, ok := l.held[edition{code, number}]
	return s, ok
}

// InForce returns the number of the version that new calls begin with, by code.
func (l *Library) InForce() map[string]int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return maps.Clone(l.inForce)
}

// Hold adds a version that calls may be pinned to.
func (l *Library) Hold(s Script) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = map[edition]Script{}
	}
	l.held[edition{s.Code, s.Version}] = s
}

// Enforce adds a version and makes new calls begin with it.
func (l *Library) Enforce(s Script) {
	l.Hold(s)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.inForce == nil {
		l.inForce = map[string]int{}
	}
	l.inForce[s.Code] = s.Version
}
