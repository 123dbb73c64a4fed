package briefing

import "time"

// Delivery is how far one revision has come on its way to one unit. Sent,
// delivered (stored on the device), displayed and read (confirmed by a person)
// are four facts.
type Delivery struct {
	BriefingID    ID           `json:"briefing_id"`
	Revision      int          `json:"revision"`
	IncidentID    string       `json:"incident_id"`
	UnitID        string       `json:"unit_id"`
	CallSign      string       `json:"call_sign"`
	Topic         string       `json:"topic"`
	Seq           int64        `json:"seq"`
	SentAt        time.Time    `json:"sent_at"`
	DeliveredAt   *time.Time   `json:"delivered_at,omitempty"`
	DisplayedAt   *time.Time   `json:"displayed_at,omitempty"`
	ReadAt        *time.Time   `json:"read_at,omitempty"`
	Late          []Escalation `json:"late,omitempty" doc:"who was told that which step is late; it may have been done since"`
	ToldByRadioAt *time.Time   `json:"told_by_radio_at,omitempty" doc:"the centre told the unit by radio: nothing of this revision escalates any more"`
	ToldByRadioBy string       `json:"told_by_radio_by,omitempty" doc:"who at the centre"`
}
