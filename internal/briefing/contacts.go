package briefing

import (
	_ "embed"
	"fmt"

	"github.com/goccy/go-yaml"

	"doorstep/internal/script"
)

//go:embed contacts.yaml
var shippedContacts []byte

// Contact is a service to call now, for the crew to hand over at the door:
// spoken, shown as a code to scan, never sent to the victim's phone.
type Contact struct {
	Code       string      `json:"code"`
	Phone      string      `json:"phone"`
	Name       script.Text `json:"name"`
	Hours      script.Text `json:"hours"`
	Languages  []string    `json:"languages"`
	For        []string    `json:"for" doc:"victim, child, suspect"`
	Source     string      `json:"source"`
	VerifiedOn string      `json:"verified_on,omitempty" yaml:"verified_on" doc:"the day on which the centre last verified the number; absent: not yet"`
}

// Contacts returns the crisis contacts that come with the program. One without
// a number or a source is an error.
func Contacts() ([]Contact, error) {
	var all []Contact
	if err := yaml.UnmarshalWithOptions(shippedContacts, &all, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("contacts.yaml: %w", err)
	}
	for _, c := range all {
		if c.Source == "" || c.Phone == "" {
			return nil, fmt.Errorf("contacts.yaml: %s has no phone or no source", c.Code)
		}
	}
	return all, nil
}
