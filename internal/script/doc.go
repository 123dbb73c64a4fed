// Package script is the question script of a call: what to ask, in which order
// and wording, and where a call stands in it. A script is data, versioned and
// checked; the package walks it and judges nothing. What the answers mean is
// for package risk; who asked, and when the answer was kept, is for package
// call. There is no clock and no I/O here.
//
// The browser holds a second implementation, so that the next question appears
// at once. The rules below are the whole of the semantics, and
// testdata/vectors.json holds both implementations to them.
//
// # Answers
//
// An answer is JSON: a string for yes_no ("yes" or "no"), choice (a code), text
// and time; a list of codes for multi_choice; a number; an object for person.
// For every kind the strings "unknown" and "refused" are answers too. A question
// without an answer is not asked. An answer "is" a word if it equals the word,
// or is a list that holds it.
//
// # Conditions
//
// A condition holds or does not hold; there is no third result.
//
//	{all: [c…]}  every one holds          {any: [c…]}  at least one holds
//	{not: c}     c does not hold
//	{answer: q, is: w}        the answer to q is w
//	{answer: q, in: [w…]}     the answer to q is one of them
//	{answer: q, at_least: n}  the answer to q is a number, and n or more
//	{answer: q, asked: b}     q has an answer (unknown and refused count), or has none
//	{history: f, at_least: n} the count f is n or more; true counts as 1
//	{history: f, is: true}    the count f is 1 or more
//	{history: f, is: false}   the count f is 0, and its records were searched
//	{history: flags, is: w}   flag w is on record: in flags, or in an entry of
//	                          recent whose tie is dwelling, person or empty
//	{history: flags, in: [w…]}  one of them is on record
//	{mode: m}  {caller: c}    the call is held so; an empty mode is none of them
//
// A comparison with a question that was not asked does not hold, and neither
// does one of "no" with unknown or refused. So {not: {answer: q, is: yes}} means
// "it is not known that q", and {answer: q, is: no} means "the caller said no".
// Facts about persons (person_dv_incidents_ever, protection_order,
// firearm_on_record) are searched when searched_persons is true, all others
// when searched_premise is. A missing condition holds.
//
// # Walk
//
// Questions are taken in the order of the script. A question is visible if its
// condition holds on the answers to visible earlier questions; an answer to a
// hidden question counts for nothing, which hides in turn what hangs on it.
// Next is the first visible question without an answer, Unanswered are the
// mandatory ones, Done is that there are none of these. Advice is judged on the
// answers to visible questions, as is the script's own condition covert. When
// that holds a question is put in its covert wording, else to a caller that is
// not the victim in its third_party wording, else, and where these are missing,
// in its text.
package script
