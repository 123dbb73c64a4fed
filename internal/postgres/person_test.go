package postgres_test

import (
	"testing"

	"doorstep/internal/call"
	"doorstep/internal/fault"
	"doorstep/internal/person"
)

// noCall has no persons yet.
const noCall = call.ID("00000000-0000-0000-0000-000000000000")

// onePerson saves a call's only person and returns what came of it.
func (w *world) onePerson(id call.ID, p person.Person) person.Person {
	w.t.Helper()
	c, err := w.room.Call(w.t.Context(), w.taker, id)
	must(w.t, err)
	view, err := w.room.ChangeCall(w.t.Context(), w.taker, id, c.Call.Version, call.Change{Persons: &[]person.Person{p}})
	must(w.t, err)
	if len(view.Call.Persons) != 1 {
		w.t.Fatalf("got %d persons", len(view.Call.Persons))
	}
	return view.Call.Persons[0]
}

func TestPersonsAreLinkedByWhatIsSure(t *testing.T) {
	w := newWorld(t)
	link := func(p person.Person) (person.Person, error) {
		p.Role = "victim"
		got, err := w.store.LinkPersons(t.Context(), noCall, []person.Person{p}, string(w.taker.ID), w.now)
		if err != nil {
			return p, err
		}
		return got[0], nil
	}
	first, err := link(person.Person{Name: "Õnne  Kask", NationalID: "49002110001", Phone: "5512 3456"})
	must(t, err)
	if first.BirthDate != "1990-02-11" || first.Phone != "+37255123456" {
		t.Fatalf("got %+v", first)
	}
	cases := []struct {
		name   string
		person person.Person
		same   bool
		how    person.Certainty
		reason string
	}{
		{"same national id is certain", person.Person{Name: "O. K.", NationalID: "490 0211 0001"}, true, person.Certain, "national_id"},
		{"same phone is likely", person.Person{Phone: "+372 55123456"}, true, person.Likely, "phone"},
		{"same name and birth date is likely", person.Person{Name: "kask, onne", BirthDate: "1990-02-11"}, true, person.Likely, "name_and_birth_date"},
		{"a family's phone is not enough against a name", person.Person{Name: "Peeter Kask", Phone: "55123456"}, false, person.Possible, "new"},
		{"another national id is another person", person.Person{Name: "Õnne Kask", NationalID: "37605030299"}, false, person.Possible, "new"},
		{"a name alone is nobody in particular", person.Person{Name: "Õnne Kask"}, false, person.Possible, "new"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := link(c.person)
			must(t, err)
			if (got.ID == first.ID) != c.same || got.Certainty != c.how || got.Reason != c.reason {
				t.Errorf("got %+v", got)
			}
		})
	}
	for field, p := range map[string]person.Person{
		"persons[0].name":        {},
		"persons[0].national_id": {Name: "Õnne Kask", NationalID: "49002110002"},
		"persons[0].birth_date":  {Name: "Õnne Kask", NationalID: "49002110001", BirthDate: "1991-02-11"},
		"persons[0].same_as":     {Name: "Õnne Kask", SameAs: "00000000-0000-7000-8000-00000000dead"},
	} {
		_, err := link(p)
		wantKind(t, err, fault.Invalid)
		if f := fault.Of(err); len(f.Fields) != 1 || f.Fields[0].Field != field {
			t.Errorf("%s: got %+v", field, f)
		}
	}
}

// What may be the same is shown with its reason; a person decides, and can
// undo it. What the call said is not mixed with what the record knows.
func TestAPersonDecidesWhoseRecordItIs(t *testing.T) {
	w := newWorld(t)
	w.exec(`insert into person (id, name, folded, birth_date, added_at) values ('00000000-0000-7000-8000-0000000000a1', 'Tatjana Mihhailova', $1, '1985-03-04', now())`,
		person.NameKey("Tatjana Mihhailova"))
	w.exec(`insert into caution (id, person_id, kind, note, source, since, review_by)
		values ('00000000-0000-7000-8000-0000000000a2', '00000000-0000-7000-8000-0000000000a1', 'dog', '', 'record', '2026-01-01', '2036-01-01')`)
	id := w.open(nil).Written.Call.ID
	said := person.Person{Role: "suspect", Name: "Татьяна Михайлова"}
	first := w.onePerson(id, said)
	if first.Reason != person.New || len(first.MayBe) != 1 {
		t.Fatalf("got %+v", first)
	}
	known := first.MayBe[0]
	if known.Name != "Tatjana Mihhailova" || known.BirthDate != "1985-03-04" || known.Certainty != person.Possible || known.Reason != person.ByName {
		t.Errorf("got %+v", known)
	}

	first.SameAs = known.ID
	confirmed := w.onePerson(id, first)
	if confirmed.ID != known.ID || confirmed.Certainty != person.Certain || confirmed.Reason != person.Confirmed || confirmed.BirthDate != "1985-03-04" {
		t.Fatalf("got %+v", confirmed)
	}
	if kept := w.onePerson(id, confirmed); kept.ID != known.ID || kept.Reason != person.Confirmed {
		t.Errorf("saved again: got %+v", kept)
	}
	view, err := w.room.Call(t.Context(), w.taker, id)
	must(t, err)
	if len(view.Call.Persons) != 1 || len(view.History.Cautions) != 1 {
		t.Errorf("the record's past is not shown: %+v", view.History.Cautions)
	}

	other := confirmed
	other.BirthDate, other.Phone = "1985-03-05", "55001122"
	if got := w.onePerson(id, other); got.BirthDate != "1985-03-04" || got.Phone != "+37255001122" {
		t.Errorf("a record of other calls is overwritten, or learns nothing: %+v", got)
	}
	if n := w.count(`select count(*) from person where id = $1 and phone = '+37255001122'`, known.ID); n != 1 {
		t.Error("the record did not learn the number")
	}
	confirmed.Phone, confirmed.Decision = "+37255001122", person.Undo
	undone := w.onePerson(id, confirmed)
	if n := w.count(`select count(*) from person where id = $1 and phone is null`, known.ID); n != 1 {
		t.Error("the record still has the number of somebody else")
	}
	if undone.ID == known.ID || undone.Reason != person.New || undone.BirthDate != "1985-03-05" || len(undone.MayBe) != 1 || undone.MayBe[0].Reason != person.ByNameNearBirth {
		t.Errorf("undone: got %+v", undone)
	}
	if n := w.count(`select count(*) from person_decision where call_id = $1 and by = $2 and decision in ('confirmed', 'undone')`, id, w.taker.ID); n != 2 {
		t.Errorf("%d decisions are kept", n)
	}

	corrected := undone
	corrected.BirthDate = "1985-03-04"
	if got := w.onePerson(id, corrected); got.ID != known.ID || got.Certainty != person.Likely {
		t.Errorf("with the birth date: got %+v", got)
	} else {
		got.Decision = person.Separate
		apart := w.onePerson(id, got)
		if apart.ID == known.ID || apart.Reason != person.Separated || apart.Name != "Татьяна Михайлова" {
			t.Errorf("separated: got %+v", apart)
		}
		if again := w.onePerson(id, apart); again.ID != apart.ID {
			t.Errorf("a separated person was linked again: %+v", again)
		}
	}
	if n := w.count(`select count(*) from person where name like 'Татьяна%'`); n == 0 {
		t.Error("what the call said is lost")
	}
}

func TestANumberThatCallsAgainIsKnown(t *testing.T) {
	w := newWorld(t)
	open := func(phone string) call.ID {
		kept, err := w.room.OpenCall(t.Context(), w.taker, call.Call{Phone: phone, Channel: "voice", Language: "et"}, nil)
		must(t, err)
		return kept.Written.Call.ID
	}
	first := open("5512 3456")
	_, err := w.room.ChangeCall(t.Context(), w.taker, first, 1, call.Change{AddressID: &w.flat})
	must(t, err)
	for range 5 {
		open("+372 55123456")
	}
	open("5512 3457")
	w.exec(`insert into call (id, phone, channel, language, taken_by, opened_at, script_code, script_version)
		select gen_random_uuid(), phone, channel, language, taken_by, opened_at - interval '2 years', script_code, script_version from call where id = $1`, first)
	again := open("00372 5512 3456")
	got, err := w.room.FromNumber(t.Context(), w.taker, again)
	must(t, err)
	if got.Calls12m != 6 || len(got.Items) != 5 {
		t.Fatalf("got %+v", got)
	}
	if seen := w.count(`select count(*) from access_record where subject = $1`, "calls-from-number-of:"+string(again)); seen != 1 {
		t.Errorf("the look is recorded %d times", seen)
	}
	if got, err = w.room.FromNumber(t.Context(), w.taker, open("")); err != nil || got.Calls12m != 0 {
		t.Errorf("without a number: got %+v, %v", got, err)
	}
	_, err = w.room.FromNumber(t.Context(), w.officer, again)
	wantKind(t, err, fault.Forbidden)
}
