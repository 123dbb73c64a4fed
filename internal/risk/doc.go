// Package risk says what the answers of a call and the history behind them
// mean: risk flags, whether it is domestic violence, how urgent it is and how a
// crew should approach. What it says rests on rules that are data, and every
// result carries its reasons.
//
// It recommends; people decide. It does not know how answers were gathered, who
// may see a result, or what time it is.
package risk
