// Package person holds the persons whom calls are about and how surely one
// record is the same human being as another. It does not know who may see them.
package person

import "time"

// ID names a person.
type ID string

// Role is a person's part in a call.
type Role string

// Certainty says how sure it is that a record and a human being belong together.
type Certainty string

// The certainties.
const (
	Certain  Certainty = "certain"  // same national id
	Likely   Certainty = "likely"   // same phone, or same name and birth date
	Possible Certainty = "possible" // worth asking; or a record of this call alone
)

// Person is one person's part in a call. A name may be missing or partial: a
// victim may decline to give it.
type Person struct {
	ID           ID        `json:"id,omitempty" format:"uuid" doc:"The record. Sent back, it is kept; without it the record is looked up anew."`
	Role         Role      `json:"role" enum:"caller,victim,suspect,child,witness"`
	Name         string    `json:"name,omitempty" maxLength:"200"`
	BirthDate    string    `json:"birth_date,omitempty" format:"date"`
	NationalID   string    `json:"national_id,omitempty" maxLength:"32"`
	Phone        string    `json:"phone,omitempty" maxLength:"32"`
	Relationship string    `json:"relationship,omitempty" maxLength:"64"`
	Certainty    Certainty `json:"certainty,omitempty" enum:"certain,likely,possible" readOnly:"true"`
	Reason       string    `json:"reason,omitempty" readOnly:"true" doc:"why this record: national_id, phone, name_and_birth_date, confirmed or separated by a person, new"`
	SameAs       ID        `json:"same_as,omitempty" format:"uuid" writeOnly:"true" doc:"A person found that this other record is the same human being"`
	Decision     Decision  `json:"decision,omitempty" enum:"separate,undo" writeOnly:"true" doc:"separate: a person found that the record is of somebody else, and a new one is made; undo: what was decided so no longer holds"`
	// MayBe are other records that may be the same human being, surest first.
	MayBe []Candidate `json:"may_be,omitempty" readOnly:"true"`
	// Said is what this call said, before the record added what it knows.
	Said Said `json:"-"`
	// Taught is what the record learnt from this call: taken back from it when
	// it turns out to be of somebody else.
	Taught Said `json:"-"`
}

// Said is what a call said of who a person is.
type Said struct {
	Name       string `json:"name,omitempty"`
	BirthDate  string `json:"birth_date,omitempty"`
	NationalID string `json:"national_id,omitempty"`
	Phone      string `json:"phone,omitempty"`
}

// Decision is what a person decided on a record.
type Decision string

// The decisions that can be sent with a person.
const (
	Separate Decision = "separate"
	Undo     Decision = "undo"
)

// Candidate is a record with a past that may be the same human being.
type Candidate struct {
	ID        ID        `json:"id"`
	Name      string    `json:"name"`
	BirthDate string    `json:"birth_date"`
	Certainty Certainty `json:"certainty" enum:"certain,likely,possible"`
	Reason    string    `json:"reason" doc:"phone, name, name_and_birth_date, similar_name_and_birth_date, given_name_and_birth_date, name_and_similar_birth_date"`
}

// Link says that another record may be the same human being, or, with who found it
// and when, that it is.
type Link struct {
	PersonID  ID         `json:"person_id"`
	OtherID   ID         `json:"other_id"`
	Name      string     `json:"name" doc:"of the other"`
	BirthDate string     `json:"birth_date"`
	Certainty Certainty  `json:"certainty" enum:"certain,likely,possible"`
	Reason    string     `json:"reason"`
	MergedBy  string     `json:"merged_by,omitempty" doc:"name of the officer who found that they are one"`
	MergedAt  *time.Time `json:"merged_at,omitempty"`
}

// Says is what a person's fields say of who it is.
func (p Person) Says() Said { return Said{p.Name, p.BirthDate, p.NationalID, p.Phone} }

// Saying returns the person with other words on who it is.
func (p Person) Saying(s Said) Person {
	p.Name, p.BirthDate, p.NationalID, p.Phone = s.Name, s.BirthDate, s.NationalID, s.Phone
	return p
}

// Corrected returns what was said with what differs between two readings of the
// person: what the reader did not touch may be what the record added.
func (s Said) Corrected(before, after Said) Said {
	correct := func(said *string, before, after string) {
		if after != before {
			*said = after
		}
	}
	correct(&s.Name, before.Name, after.Name)
	correct(&s.BirthDate, before.BirthDate, after.BirthDate)
	correct(&s.NationalID, before.NationalID, after.NationalID)
	correct(&s.Phone, before.Phone, after.Phone)
	return s
}

// Known reports whether there is anything to know the person by.
func (p Person) Known() bool { return p.Name != "" || p.NationalID != "" || p.Phone != "" }
