package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// The encodings that are told from the bytes alone.
const (
	utf8Name   = "utf-8"
	latinName  = "windows-1252" // what Latin-1 is on the web: the same letters
	balticName = "windows-1257"
)

// census counts what tells one encoding from another.
type census struct {
	mark    string // that the text begins with
	several int64  // letters of several bytes, as UTF-8 writes them
	broken  int64  // bytes that are none of UTF-8
	baltic  int64  // š and ž of Windows-1257, which Latin-1 reads as Icelandic letters
}

var errEncoding = errors.New("its encoding is not the mapping's")

// take reads a text to its end.
func (c *census) take(r io.Reader) error {
	in := bufio.NewReaderSize(r, 64<<10)
	start, _ := in.Peek(3)
	switch {
	case bytes.Equal(start, []byte("\ufeff")):
		c.mark = utf8Name
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}):
		c.mark = "utf-16le"
	case bytes.HasPrefix(start, []byte{0xfe, 0xff}):
		c.mark = "utf-16be"
	}
	var buf [64 << 10]byte
	kept := 0 // bytes of a letter that the last piece cut
	for {
		n, err := in.Read(buf[kept:])
		left := c.count(buf[:kept+n], err != nil)
		kept = copy(buf[:], buf[kept+n-left:kept+n])
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// count returns how many bytes at the end may be a letter that goes on.
func (c *census) count(b []byte, last bool) (left int) {
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		if !last && !utf8.FullRune(b) {
			return len(b)
		}
		r, size := utf8.DecodeRune(b)
		if r != utf8.RuneError || size > 1 {
			c.several++
			b = b[size:]
			continue
		}
		c.broken++
		switch b[0] {
		case 0xd0, 0xde, 0xf0, 0xfe:
			c.baltic++
		}
		b = b[1:]
	}
	return 0
}

// name is the encoding of the text. Windows-1257 and Latin-1 have the Estonian
// letters in the same places but for š and ž: a text with these is Windows-1257,
// any other is Latin-1. A line or two that are broken make no other encoding of
// a text that else is UTF-8: these are rejected.
func (c *census) name() string {
	switch {
	case c.mark != "":
		return c.mark
	case c.broken == 0 || c.several > c.broken:
		return utf8Name
	case c.baltic > 0:
		return balticName
	}
	return latinName
}

// settle decides how the text is read: as the mapping says, or as its bytes do
// where the mapping says nothing. Text of UTF-8 read as letters of one byte would
// not fail, and would find nobody again.
func (c *census) settle(said string) (string, error) {
	if said == "" {
		return c.name(), nil
	}
	encoding, err := htmlindex.Get(said)
	if err != nil {
		return "", err
	}
	name, err := htmlindex.Name(encoding)
	if err != nil {
		return "", err
	}
	found := c.name()
	unicode := strings.HasPrefix(name, "utf-")
	if !unicode && (c.mark != "" || c.broken == 0 && c.several > 0) || name == utf8Name && found != utf8Name && c.several == 0 {
		return "", fmt.Errorf("%w: it is %s, and the mapping says %s", errEncoding, found, said)
	}
	return name, nil
}
