package script

// Walk is where a call stands in its script.
type Walk struct {
	// Next is the first visible question without an answer; empty when there
	// is none. It is a proposal: any question may be answered at any time.
	Next string `json:"next"`
	// Visible are the questions to show, in order.
	Visible []string `json:"visible"`
	// Unanswered are the mandatory visible questions without an answer.
	Unanswered []string `json:"unanswered"`
	// Advice is what to tell the caller now, in order.
	Advice []Advice `json:"advice"`
	// Covert says that questions are put in their covert wording.
	Covert bool `json:"covert"`
	// Done says that every mandatory visible question has an answer.
	Done bool `json:"done"`
}

// Walk follows the script through the answers. The same in gives the same out.
func (s Script) Walk(answers Answers, facts Facts, mode Mode) Walk {
	live, visible := s.Live(answers, facts, mode)
	in := Situation{Answers: live, Facts: facts, Mode: mode}
	w := Walk{Visible: visible, Unanswered: []string{}, Advice: []Advice{}, Covert: s.Covert.Holds(&in)}
	seen := 0
	for i := range s.Questions {
		q := &s.Questions[i]
		if seen == len(visible) || q.Code != visible[seen] {
			continue
		}
		seen++
		if in.Answers[q.Code].Value.Asked() {
			continue
		}
		if w.Next == "" {
			w.Next = q.Code
		}
		if q.Mandatory {
			w.Unanswered = append(w.Unanswered, q.Code)
		}
	}
	for _, a := range s.Advice {
		if a.When.Holds(&in) {
			w.Advice = append(w.Advice, a)
		}
	}
	w.Done = len(w.Unanswered) == 0
	return w
}

// Live returns the answers to visible questions, the only ones that may be
// judged, and those questions in order. An answer on a branch that was left is
// kept by the caller, for a later return and for the audit, and counts for
// nothing meanwhile. A condition looks only at answers that are themselves
// visible, so hiding a question hides all that hangs on it.
func (s *Script) Live(answers Answers, facts Facts, mode Mode) (live Answers, visible []string) {
	in := Situation{Answers: make(Answers, len(answers)), Facts: facts, Mode: mode}
	return in.Answers, s.See(&in, answers)
}

// See is Live for who judges many calls: in holds facts and mode, and an empty
// map of answers that the live ones are put into.
func (s *Script) See(in *Situation, answers Answers) (visible []string) {
	visible = make([]string, 0, len(s.Questions))
	for i := range s.Questions {
		q := &s.Questions[i]
		if !q.When.Holds(in) {
			continue
		}
		visible = append(visible, q.Code)
		if a, ok := answers[q.Code]; ok && a.Value.Asked() {
			in.Answers[q.Code] = a
		}
	}
	return visible
}
