package premise

import "time"

// GazetteerEntry is what the gazetteer knows of an address beside itself.
type GazetteerEntry struct {
	Parents []Parent `json:"parents" doc:"what it lies in, the largest first"`
	Former  []Former `json:"former" doc:"what it was called before, the latest first"`
	Matches []Match  `json:"matches" doc:"unverified addresses that turned out to be this one, or what this unverified one turned out to be"`
}

// Parent is something that an address lies in.
type Parent struct {
	Kind string `json:"kind" enum:"county,municipality,settlement,city_district,street,building"`
	Code string `json:"code,omitempty" doc:"in its register; in Estonia that of EHAK"`
	Name string `json:"name"`
	ID   string `json:"id,omitempty" doc:"of a building"`
}

// Former is what an address was called until a register renamed it.
type Former struct {
	Label string    `json:"label"`
	Until time.Time `json:"until"`
}

// Match is what an officer found an unverified address to be.
type Match struct {
	FromID    string    `json:"from_id"`
	FromLabel string    `json:"from_label"`
	ToID      string    `json:"to_id"`
	ToLabel   string    `json:"to_label"`
	By        string    `json:"by" doc:"name of the officer"`
	At        time.Time `json:"at"`
}
