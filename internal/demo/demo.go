// Package demo invents a town, its people and three years of its calls, so that
// every desk has something to show. Näidislinn ("example town") does not exist,
// and nobody in it does. The package makes values; it does not store them.
package demo

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/access"
	"doorstep/internal/outcome"
	"doorstep/internal/premise"
)

// Seed is the seed of the demo that everyone gets.
const Seed = 20080

// Password signs in every demo account, and no other.
const Password = "doorstep-demo"

// Town is the invented town.
const Town = "Näidislinn"

// World is all that the demo puts into an empty database.
type World struct {
	Seed        uint64
	At          time.Time // the present of this world; its past ends here
	Districts   []District
	Streets     []Street
	Addresses   []Address // a building before its dwellings
	Cautions    []Caution
	Accounts    []Account
	Units       []Unit
	Persons     []Person
	Links       []Link
	Incidents   []Incident // oldest first
	Calls       []Call     // that stories began with; the everyday ones are not kept
	Assignments []Assignment
	Sheets      []Sheet
	Outcomes    []outcome.Outcome
	Feedback    []Feedback
}

// District is a part of the town; Area is its border as a closed ring.
type District struct {
	Code, Name string
	Area       []premise.Point
}

// Street is known by its folded name.
type Street struct{ Name, Folded string }

// Address is a house or a dwelling in one.
type Address struct {
	premise.Address
	premise.Parsed
	Building premise.ID // of a dwelling
}

// Caution is kept on an address, on a person, or on both.
type Caution struct {
	premise.Caution
	AddressID, PersonID string
}

// Account is somebody who can sign in.
type Account struct {
	ID                                      string
	Username, Name, Language, Sex, District string
	Role                                    access.Role
	DVTrained                               bool
}

// Unit is a patrol with the officers who crew it, by account id.
type Unit struct {
	ID, CallSign, District string
	Point                  premise.Point
	Crew                   []string
}

// Person is one whom calls were about.
type Person struct {
	ID, Name, Phone string
	Born            time.Time // a day
}

// Link says that two records may be one human being; PersonID is the lesser.
type Link struct{ PersonID, OtherID, Certainty, Reason string }

// Incident is a closed one.
type Incident struct {
	ID, Number, Class, Type, Relationship string
	Priority                              int
	Flags                                 []string // sorted
	AddressID, District                   string
	Received, Dispatched, Arrived, Closed time.Time
	Disposition, Summary, RiskLevel       string
	RaisedBy                              string
	Parties                               []Party
}

// Call is one that an incident was raised from.
type Call struct {
	ID, Phone, CallerRole, Language string
	Incident                        Incident
}

// Party is a person's part in an incident.
type Party struct{ PersonID, Role string }

// Assignment is a unit that went to an incident and is free again.
type Assignment struct {
	ID, UnitID string
	Incident   Incident
}

// Sheet is what a crew wrote at the scene.
type Sheet struct {
	IncidentID, By string
	At             time.Time
	Record         outcome.Record
}

// Feedback is an outcome for one person who responded.
type Feedback struct {
	ID, OutcomeID, IncidentID, AccountID string
	At                                   time.Time
}

// Make invents the world as it is at a time. The same seed and time make the
// same world; another time moves its past, while towns, people and accounts
// keep their ids.
func Make(seed uint64, at time.Time) World {
	g := &generator{
		dice:    rand.New(rand.NewPCG(seed, 7)),
		byLabel: map[string]*Address{}, told: map[string]bool{}, names: readNames(),
	}
	g.Seed, g.At = seed, at.UTC().Truncate(time.Millisecond)
	g.town()
	g.staff()
	g.stories()
	g.everyday()
	g.aftermath()
	return g.World
}

type generator struct {
	World
	dice    *rand.Rand
	names   names
	byLabel map[string]*Address
	told    map[string]bool // addresses that have a story of their own
	afters  []after
}

// id is the same for the same seed and name.
func (g *generator) id(parts ...any) string {
	return uuid.NewHash(sha256.New(), uuid.NameSpaceOID, fmt.Append(nil, g.Seed, parts), 8).String()
}

// idAt is a UUIDv7 of the time whose other bits come from the name.
func (g *generator) idAt(at time.Time, parts ...any) string {
	id := uuid.NewHash(sha256.New(), uuid.NameSpaceOID, fmt.Append(nil, g.Seed, parts), 7)
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	copy(id[:6], ms[2:])
	return id.String()
}

func pick[T any](g *generator, from []T) T { return from[g.dice.IntN(len(from))] }

// some returns n different ones, sorted.
func (g *generator) some(n int, from []string) []string {
	all := slices.Clone(from)
	g.dice.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	all = all[:n]
	slices.Sort(all)
	return all
}

func lines(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") }
