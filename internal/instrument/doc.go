// Package instrument scores risk instruments that are data: DASH, the Maryland
// lethality screen, ODARA and others, and the program's own sheet. A file says
// who holds the rights, who may use the instrument and for whom, what is asked,
// how it is scored and how well each threshold is documented.
//
// Three things hold for every instrument:
//
//   - A missing answer is not "no". Score and level are ranges: what the answers
//     establish, and what they still allow.
//   - The program proposes and a person decides. A level can be raised by one
//     person; two are needed to put it below what the answers still allow.
//   - What nobody verified is not shipped. Where the licence does not allow the
//     wording, a file holds ids only; a centre loads its own licensed file, with
//     test vectors in it that the loader runs.
//
// The package has no clock and no store.
package instrument
