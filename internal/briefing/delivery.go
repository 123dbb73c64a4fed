package briefing

import "time"

// AckDeadline is how long a briefing may be under way before the call taker is
// told, with the call sign to use on the radio instead.
const AckDeadline = 10 * time.Second

// Delivery is how far one revision has come on its way to one unit. Sent,
// delivered (stored on the device), displayed and read (confirmed by a person)
// are four facts.
type Delivery struct {
	BriefingID  ID         `json:"briefing_id"`
	Revision    int        `json:"revision"`
	IncidentID  string     `json:"incident_id"`
	UnitID      string     `json:"unit_id"`
	CallSign    string     `json:"call_sign"`
	Topic       string     `json:"topic"`
	Seq         int64      `json:"seq"`
	SentAt      time.Time  `json:"sent_at"`
	DeliveredAt *time.Time `json:"delivered_at,omitempty"`
	DisplayedAt *time.Time `json:"displayed_at,omitempty"`
	ReadAt      *time.Time `json:"read_at,omitempty"`
	AlertedAt   *time.Time `json:"alerted_at,omitempty" doc:"when the call taker was told that it is late"`
}
