// Package person holds the persons whom calls are about and how surely one
// record is the same human being as another. It does not know who may see them.
package person

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
	ID           ID        `json:"id,omitempty" readOnly:"true"`
	Role         Role      `json:"role" enum:"caller,victim,suspect,child,witness"`
	Name         string    `json:"name,omitempty" maxLength:"200"`
	BirthDate    string    `json:"birth_date,omitempty" format:"date"`
	NationalID   string    `json:"national_id,omitempty" maxLength:"32"`
	Phone        string    `json:"phone,omitempty" maxLength:"32"`
	Relationship string    `json:"relationship,omitempty" maxLength:"64"`
	Certainty    Certainty `json:"certainty,omitempty" enum:"certain,likely,possible" readOnly:"true"`
	Reason       string    `json:"reason,omitempty" readOnly:"true" doc:"why this record: national_id, phone, name_and_birth_date, new"`
}

// Known reports whether there is anything to know the person by.
func (p Person) Known() bool { return p.Name != "" || p.NationalID != "" || p.Phone != "" }
