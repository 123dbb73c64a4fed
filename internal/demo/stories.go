package demo

import (
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/outcome"
)

// The doors that the tour leads to.
const (
	RepeatDoor    = "Kase tn 12-5"   // six times, a firearm
	NeighbourDoor = "Kase tn 12-7"   // same house, other people
	FirstHome     = "Tamme tn 9"     // the couple's address before they moved
	SecondHome    = "Meremäe tee 21" // and after
	OrderDoor     = "Kalda tn 3"     // a protection order
	DogDoor       = "Luha tn 6"      // a dog, the caution past its review
	BrotherDoor   = "Sadama pst 14-2"
	ChildrenDoor  = "Aia tn 21"
)

// The man who moved, as the tour names him to a call taker.
const (
	MovedSuspect = "Raivo Kaljuste"
	MovedBorn    = "1993-04-17"
)

// episode is one incident of a story.
type episode struct {
	days, hour int // before the present; hour of that day, UTC
	class      string
	priority   int
	risk       string
	flags      []string
	end        string
	summary    string
	after      *after
}

// after is what followed an incident that N-101 went to: its sheet, and what
// the district officer wrote.
type after struct {
	in       *Incident
	sheet    *outcome.Record
	outcome  *outcome.Outcome
	days     int // from the incident to the outcome
	dueDays  float64
	feedback bool
}

// scene is whom a story is about.
type scene struct {
	door, typ, relationship string
	parties                 []Party
}

func (g *generator) stories() {
	g.armed()
	g.neighbours()
	g.moved()
	g.ordered()
	g.mother()
	g.brothers()
	g.children()
}

func (g *generator) tell(s scene, past ...episode) (told []Incident) {
	g.told[s.door] = true
	at := g.byLabel[s.door].Address
	for _, e := range past {
		flags := slices.Clone(e.flags)
		slices.Sort(flags)
		in := Incident{
			Class: e.class, Type: s.typ, Relationship: s.relationship, Priority: e.priority, Flags: flags,
			Received:    g.clock(g.At.AddDate(0, 0, -e.days), e.hour),
			Disposition: e.end, Summary: e.summary, RiskLevel: e.risk, Parties: s.parties,
		}
		if in.Flags == nil {
			in.Flags = []string{}
		}
		if e.after != nil {
			in.RaisedBy = g.as("calltaker1")
		}
		in = g.incident(at, in)
		told = append(told, in)
		if e.after != nil {
			e.after.in = &in
			g.afters = append(g.afters, *e.after)
		}
	}
	return told
}

// rang keeps that incidents were raised from calls of one number.
func (g *generator) rang(number, callerRole, language string, told ...Incident) {
	for _, in := range told {
		g.Calls = append(g.Calls, Call{
			ID: g.idAt(in.Received, "call", len(g.Calls)), Phone: number, CallerRole: callerRole, Language: language, Incident: in,
		})
	}
}

func couple(victim, suspect string) []Party { return []Party{{victim, "victim"}, {suspect, "suspect"}} }

func (g *generator) caution(kind, note, door, person string, sinceDays, reviewDays int) {
	c := Caution{PersonID: person}
	c.ID, c.Kind, c.Note, c.Source = g.id("caution", kind, door), kind, note, "demo"
	c.Since, c.ReviewBy = g.At.AddDate(0, 0, -sinceDays), g.At.AddDate(0, 0, reviewDays)
	if door != "" {
		c.AddressID = string(g.byLabel[door].Address.ID)
	}
	g.Cautions = append(g.Cautions, c)
}

func (g *generator) armed() {
	victim, suspect := g.person("Triin Kangur", 34), g.person("Marko Kangur", 38)
	told := g.tell(scene{RepeatDoor, "domestic", "partner", couple(victim, suspect)},
		episode{700, 21, "suspected_dv", 3, "low", []string{"no_safe_place"}, "warned", "Naaber kuulis karjumist. Naine ütles, et midagi ei juhtunud.", nil},
		episode{330, 23, "dv", 3, "low", []string{"threats", "intoxicated"}, "report written", "Sõnaline tüli ja ähvardused, mees joobes.", nil},
		episode{236, 20, "dv", 2, "medium", []string{"violence_now", "injury"}, "report written", "Mees lõi rusikaga. Naine keeldus arstist.", nil},
		episode{121, 2, "dv", 2, "medium", []string{"violence_now", "coercive_control", "threats"}, "suspect detained", "Lukustas naise vannituppa ja võttis telefoni.", nil},
		episode{47, 22, "dv", 2, "high", []string{"violence_now", "injury", "firearm", "threat_to_kill"}, "suspect detained", "Ähvardas jahirelvaga. Relv hoiule võetud, luba peatamisel.", nil},
		episode{6, 1, "dv", 1, "high", []string{"strangulation", "violence_now", "intoxicated"}, "suspect detained",
			"Kägistas. Naine viidi arsti juurde, mees peeti kinni.", &after{
				sheet: &outcome.Record{
					Summary:         "Mees kägistas naist köögis umbes minuti. Kaelal punetus, hääl kähe. Kuulati eraldi, mees peeti kinni.",
					HeardSeparately: "yes", CrewClass: "dv", RiskLevel: "high", RiskRationale: "Kägistamine, kolmas kord poole aasta jooksul.",
					ChildrenPresent: "no", Injuries: "yes", VictimSupport: "accepted", ContactCardGiven: true,
					SafeContact: "Tööpäeviti 9-15, töötelefon",
				},
				outcome: &outcome.Outcome{
					Kind: "victim_support_contact", Class: "dv", RiskLevel: "high",
					Text:     "Naine on turvakodus ja sai nõustaja. Menetlus on alustatud.",
					Advice:   "Eraldi kuulamine ja arst kohe: selle tõttu on kägistamine tõendatud. Aitäh.",
					HelpedBy: []string{"Ohvriabi", "Naiste tugikeskus"},
				}, days: 3, dueDays: -1, feedback: true,
			}})
	g.rang("+37200009001", "third_party", "et", told[0])
	g.rang("+37200009002", "victim", "et", told[1:]...)
	g.caution("firearm", "Jahirelva luba; relv hoiul, luba peatamisel", RepeatDoor, suspect, 47, 318)
	// The same man under a name that was taken down by ear.
	twin := g.person("Marko Kangro", 38)
	link := Link{PersonID: min(suspect, twin), OtherID: max(suspect, twin), Certainty: "possible", Reason: "name"}
	g.Links = append(g.Links, link)
	g.tell(scene{"Kooli tn 20-3", "fight", "not_domestic", []Party{{twin, "suspect"}}},
		episode{410, 0, "not_dv", 3, "", []string{"intoxicated"}, "warned", "Kaklus trepikojas, osalised lepitatud.", nil})
}

func (g *generator) neighbours() {
	victim, suspect := g.person("Aino Käsper", 61), g.person("Tiit Käsper", 63)
	g.tell(scene{NeighbourDoor, "domestic", "partner", couple(victim, suspect)},
		episode{505, 19, "dv", 3, "low", []string{"threats"}, "report written", "Vanapaari tüli raha pärast, ähvardas sõnadega.", nil})
	g.tell(scene{NeighbourDoor, "noise", "", nil},
		episode{290, 23, "not_dv", 4, "", nil, "warned", "Teler liiga vali. Tehti märkus.", nil},
		episode{88, 22, "not_dv", 4, "", nil, "warned", "Vali muusika, tehti märkus.", nil})
}

func (g *generator) moved() {
	victim, suspect := g.person("Merike Kalmus", 29), g.person(MovedSuspect, 33)
	g.Persons[len(g.Persons)-1].Born = time.Date(1993, 4, 17, 0, 0, 0, 0, time.UTC)
	both := couple(victim, suspect)
	g.tell(scene{FirstHome, "domestic", "partner", both},
		episode{930, 22, "dv", 3, "low", []string{"threats"}, "warned", "Sõnaline tüli, mees lahkus.", nil},
		episode{802, 20, "dv", 3, "medium", []string{"violence_now", "intoxicated"}, "report written", "Mees tõukas naise vastu seina.", nil},
		episode{690, 1, "dv", 2, "medium", []string{"violence_now", "injury"}, "report written", "Huul katki. Naine ei soovinud avaldust teha.", nil},
		episode{540, 23, "dv", 2, "medium", []string{"coercive_control", "stalking"}, "report written", "Jälgib telefoni ja käimisi.", nil},
		episode{431, 3, "dv", 1, "high", []string{"strangulation", "fear_of_death"}, "suspect detained", "Kägistas; naine kartis oma elu pärast.", nil})
	told := g.tell(scene{SecondHome, "domestic", "partner", both},
		episode{204, 21, "dv", 2, "medium", []string{"violence_now", "pregnancy"}, "report written", "Kolisid kokku tagasi. Naine on rase, mees lõi.", nil},
		episode{32, 22, "dv", 2, "high", []string{"violence_now", "threats", "pregnancy"}, "suspect detained", "Mees lõi raseda naise pikali. Kiirabi kutsutud.", nil})
	g.rang("+37200009003", "victim", "et", told...)
}

func (g *generator) ordered() {
	victim, suspect := g.person("Kristi Laane", 41), g.person("Urmas Kotkas", 44)
	told := g.tell(scene{OrderDoor, "domestic", "ex_partner", couple(victim, suspect)},
		episode{380, 18, "dv", 2, "medium", []string{"separation", "threats"}, "report written", "Endine abikaasa ukse taga, ähvardas.", nil},
		episode{190, 22, "dv", 2, "high", []string{"stalking", "threats", "separation"}, "report written", "Jälitab; sõnumid alles hoitud.", nil},
		episode{76, 20, "dv", 2, "high", []string{"violence_now", "injury", "separation"}, "suspect detained", "Tungis sisse ja lõi.", nil},
		episode{12, 19, "dv", 1, "high", []string{"order_breach", "suspect_present", "stalking"}, "suspect detained",
			"Rikkus lähenemiskeeldu, oli aias. Peeti kinni.", &after{
				sheet: &outcome.Record{
					Summary:         "Urmas seisis aias, kuigi keeld kehtib. Naine ja tema õde kuulati toas, mees autos. Sõnumid pildistatud.",
					HeardSeparately: "yes", CrewClass: "dv", RiskLevel: "high", ChildrenPresent: "no", Injuries: "no",
					VictimSupport: "accepted", ContactCardGiven: true, SafeContact: "Oma telefon, igal ajal",
				},
				outcome: &outcome.Outcome{
					Kind: "protection_order", Class: "dv", RiskLevel: "high",
					Text:   "Keelu rikkumise kohta on menetlus. Kohus pikendas keeldu.",
					Advice: "Sõnumite pildid olid kohtus otsustavad.", HelpedBy: []string{"Ohvriabi"},
				}, days: 7, dueDays: -0.1, feedback: true,
			}})
	g.rang("+37200000007", "victim", "et", told...) // her number on record
	g.caution("protection_order", "Lähenemiskeeld: mitte lähemale kui 100 m", OrderDoor, suspect, 70, 295)
}

func (g *generator) mother() {
	victim, suspect := g.person("Maie Jalakas", 72), g.person("Indrek Jalakas", 45)
	told := g.tell(scene{DogDoor, "domestic", "child", couple(victim, suspect)},
		episode{1040, 17, "dv", 3, "medium", []string{"threats", "substance_problem"}, "report written", "Poeg nõudis raha ja ähvardas.", nil},
		episode{960, 20, "dv", 3, "medium", []string{"violence_now", "vulnerable_person"}, "report written", "Poeg tõukas ema. Ema liigub kargul.", nil},
		episode{640, 22, "dv", 3, "medium", []string{"threats", "dog"}, "warned", "Suur koer lahti, poeg ei allunud kohe.", nil},
		episode{410, 19, "dv", 2, "high", []string{"violence_now", "injury", "substance_problem"}, "suspect detained", "Lõi ema. Ema haiglasse.", nil},
		episode{250, 12, "dv", 3, "medium", []string{"threats"}, "report written", "Nõuab korterit enda nimele.", nil},
		episode{140, 23, "suspected_dv", 3, "medium", []string{"line_cut"}, "warned", "Kõne katkes. Ema ütles, et valis valesti.", nil},
		episode{58, 18, "dv", 2, "high", []string{"violence_now", "threat_to_kill", "vulnerable_person"}, "suspect detained", "Ähvardas ema tappa.", nil})
	g.rang("+37200009004", "victim", "et", told...)
	g.caution("dog", "Suur koer, õues lahti", DogDoor, "", 640, -30)
}

func (g *generator) brothers() {
	victim, suspect := g.person("Peeter Aru", 27), g.person("Sander Aru", 31)
	told := g.tell(scene{BrotherDoor, "domestic", "sibling", couple(victim, suspect)},
		episode{300, 21, "dv", 3, "low", []string{"threats"}, "warned", "Vennad tülis, teine elab mujal.", nil},
		episode{110, 0, "dv", 3, "medium", []string{"violence_now", "intoxicated"}, "report written", "Vend lõi venda.", nil},
		episode{3, 20, "dv", 2, "medium", []string{"violence_now", "injury"}, "report written", "Vend murdis venna sõrme.", &after{
			sheet: &outcome.Record{
				Summary:         "Vennad olid joonud ja läksid raha pärast kaklema. Noorema sõrm on paistes.",
				HeardSeparately: "no", NotSeparatelyWhy: "Üks tuba, üks ametnik jäi trepikotta.",
				CrewClass: "not_dv", DisagreementReason: "Vennad, ei ela koos.", RiskLevel: "low",
				ChildrenPresent: "no", Injuries: "yes", VictimSupport: "refused",
			},
		}})
	g.rang("+37200009005", "third_party", "et", told...) // their mother, who lives elsewhere
}

func (g *generator) children() {
	mother := g.person("Natalja Kuzmina", 36)
	father := g.person("Oleg Kuzmin", 39)
	child := g.person("Artur Kuzmin", 9)
	told := g.tell(scene{ChildrenDoor, "domestic", "partner", []Party{{mother, "victim"}, {father, "suspect"}, {child, "child"}}},
		episode{420, 20, "dv", 3, "medium", []string{"children_present", "violence_now", "interpreter_needed"}, "report written", "Laps avas ukse. Ema räägib vene keelt.", nil},
		episode{160, 21, "dv", 2, "medium", []string{"children_present", "threats", "interpreter_needed"}, "report written", "Father threatened the mother; the boy hid. Child protection told.", nil},
		episode{2, 22, "dv", 2, "high", []string{"children_present", "violence_now", "injury", "interpreter_needed"}, "suspect detained",
			"Laps helistas. Isa peeti kinni, lastekaitse teavitatud.", &after{
				sheet: &outcome.Record{
					Summary:         "Helistas üheksa-aastane poeg. Isa lõi ema näkku. Poissi kuulati eraldi, ema tõlgiga telefonis.",
					HeardSeparately: "yes", CrewClass: "dv", RiskLevel: "high", ChildrenPresent: "yes", Injuries: "yes",
					VictimSupport: "not_reached", ContactCardGiven: true,
				},
			}})
	g.rang("+37200009006", "child", "ru", told...)
}

// aftermath writes what became of the cases. Every older one has an outcome;
// the newest ones wait for the district officer.
func (g *generator) aftermath() {
	first := g.Units[0]
	told := map[string]bool{}
	for i, a := range g.afters {
		in := *a.in
		told[in.ID] = true
		g.Assignments = append(g.Assignments, Assignment{ID: g.idAt(in.Dispatched, "assignment", i), UnitID: first.ID, Incident: in})
		g.Sheets = append(g.Sheets, Sheet{IncidentID: in.ID, By: first.Crew[0], At: in.Closed, Record: *a.sheet})
		if a.outcome == nil {
			continue
		}
		o := *a.outcome
		due := g.At.Add(time.Duration(a.dueDays * 24 * float64(time.Hour)))
		o.FollowUpAt = &due
		g.become(in, o, in.Closed.AddDate(0, 0, a.days))
		if !a.feedback {
			continue
		}
		for _, to := range []string{first.Crew[0], first.Crew[1], in.RaisedBy} {
			g.feedback(g.Outcomes[len(g.Outcomes)-1], to)
		}
	}
	for _, in := range g.Incidents {
		if domestic(in.Class) && !told[in.ID] {
			g.become(in, pick(g, usual), in.Closed.AddDate(0, 0, 1+g.dice.IntN(5)))
		}
	}
}

var usual = []outcome.Outcome{
	{Kind: "victim_support_contact", Text: "Ohvriabi sai kannatanuga ühendust.", HelpedBy: []string{"Ohvriabi"}},
	{Kind: "referral_made", Text: "Suunatud perenõustamisse.", HelpedBy: []string{"Perenõustaja"}},
	{Kind: "no_contact", Text: "Kolm korda helistatud, ei vastanud.", HelpedBy: []string{}},
	{Kind: "investigation_opened", Text: "Menetlus on alustatud.", HelpedBy: []string{}},
	{Kind: "closed", Text: "Visited; no further violence reported.", HelpedBy: []string{}},
}

func (g *generator) become(in Incident, o outcome.Outcome, at time.Time) {
	o.ID = outcome.ID(g.idAt(at, "outcome", len(g.Outcomes)))
	o.IncidentID, o.WrittenAt, o.WrittenBy = in.ID, at, g.officer(in.District)
	if o.Class == "" {
		o.Class, o.RiskLevel = in.Class, in.RiskLevel
	}
	g.Outcomes = append(g.Outcomes, o)
}

func (g *generator) feedback(o outcome.Outcome, to string) {
	g.Feedback = append(g.Feedback, Feedback{
		ID: g.idAt(o.WrittenAt, "feedback", len(g.Feedback)), OutcomeID: string(o.ID),
		IncidentID: o.IncidentID, AccountID: to, At: o.WrittenAt,
	})
}

// officer is the account of the district's officer.
func (g *generator) officer(district string) access.AccountID {
	for _, a := range g.Accounts {
		if a.District == district {
			return access.AccountID(a.ID)
		}
	}
	return ""
}
