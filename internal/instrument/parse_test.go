package instrument_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"doorstep/internal/instrument"
)

func synthetic(tb testing.TB, name string) (instrument.Definition, string) {
	tb.Helper()
	data, err := os.ReadFile("testdata/" + name + ".yaml")
	if err != nil {
		tb.Fatal(err)
	}
	d, err := instrument.Parse(data, name+".yaml")
	if err != nil {
		tb.Fatal(err)
	}
	return d, string(data)
}

func TestSyntheticFilesLoadAndProveThemselves(t *testing.T) {
	for _, name := range []string{"synthetic", "prorated"} {
		d, _ := synthetic(t, name)
		for _, f := range d.Lint() {
			t.Errorf("%s: %s", name, f)
		}
	}
}

// TestParseRefuses breaks the synthetic file in one place and wants the line of
// that place.
func TestParseRefuses(t *testing.T) {
	_, whole := synthetic(t, "synthetic")
	vectors := whole[strings.Index(whole, "vectors:"):]
	for name, c := range map[string]struct{ old, new, want string }{
		"an unknown key":                      {"version: 3\n", "version: 3\nwieght: 1\n", "wieght: is not a key"},
		"evidence that nobody checked":        {"evidence: holder\n    source: \"invented\"\nitems", "evidence: known\n    source: \"invented\"\nitems", "settings[0].evidence: value must be one of"},
		"a weight that is negative":           {"points: 4", "points: -4", "items[0].points: minimum"},
		"points of a context item":            {"context: true, text: { et: \"Kas kaas", "context: true, points: 2, text: { et: \"Kas kaas", "items[5].points"},
		"no source":                           {"  source: \"invented\"\n  adjust", "  adjust", "missing property 'source'"},
		"an item twice":                       {`id: "4"`, `id: "1"`, "items[4].id: 1 is there twice"},
		"a condition on a counted item":       {`only_if: { item: "2a"`, `only_if: { item: "1"`, "items[1].only_if.item: 1 is not a yes_no context item"},
		"an adjustment of nothing":            {`{ item: "5", is: "yes", add: -3 }`, `{ item: "9", is: "yes", add: -3 }`, "score.adjust[0].item: 9 is not a yes_no context item"},
		"grades that fall":                    {"{ code: full, points: 3", "{ code: full, points: 0", "counts less than the grade before it"},
		"a grade called unknown":              {"{ code: half, points: 1", "{ code: unknown, points: 1", "is a word with a meaning of its own"},
		"bands that fall":                     {"default: 8", "default: 3", "min, default and max are out of order"},
		"bands that meet":                     {"from: 4,", "from: 8,", "levels[2].from: levels must rise"},
		"a band for the lowest":               {"ru: \"Спокойно\" }, evidence", "ru: \"Спокойно\" }, from: 1, evidence", "levels[0].from: the lowest level is for every score"},
		"a level twice":                       {"code: warm", "code: calm", "levels[1].code: calm is there twice"},
		"a setting that nobody defined":       {"{ setting: grave }", "{ setting: gravity }", "levels[2].from: setting gravity is not defined"},
		"a band without a default":            {"    default: 8\n", "", "levels[2].from: setting grave has no default"},
		"a language without texts":            {"languages: [et, ru]", "languages: [et, en, ru]", "has no text in en"},
		"texts without a language":            {"languages: [et, ru]", "languages: [et]", "is a text in a language that languages does not name"},
		"texts that are said to be withheld":  {"texts: licensed", "texts: withheld", "languages: must be empty while the texts are withheld"},
		"no vectors":                          {vectors, "", "has no vectors"},
		"a wrong weight":                      {"points: 4", "points: 5", `"all that counts" fails: min is "12", the file wants "11"`},
		"a wrong subtraction":                 {"add: -3", "add: -2", `"the lid takes three away" fails`},
		"a wrong band":                        {"from: 4,", "from: 5,", `"four is warm" fails: level_min is "calm"`},
		"a wrong condition":                   {`{ item: "2a", is: "no" }`, `{ item: "2a", is: "yes" }`, `"all that counts" fails`},
		"a vector about no item":              {`{ "1": "yes", "2": "yes", "2a": "no", "3": full, "4": "yes", "5": "no" } }`, `{ "77": "yes" } }`, "answers.77 is no item of synthetic"},
		"a truth value for an answer":         {`"1": "yes", "2": "yes"`, `"1": true, "2": "yes"`, "got boolean, want null or string"},
		"a rule that needs the holder's file": {"method: sum", "method: licensed", "score.method: licensed is for a file without texts, weights"},
	} {
		t.Run(name, func(t *testing.T) {
			broken := strings.Replace(whole, c.old, c.new, 1)
			if broken == whole {
				t.Fatal("nothing was broken")
			}
			_, err := instrument.Parse([]byte(broken), "synthetic.yaml")
			if err == nil {
				t.Fatal("was taken")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error does not say %q: %v", c.want, err)
			}
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, "synthetic.yaml:") {
					t.Errorf("error does not name the file: %q", line)
				}
			}
		})
	}
}

func TestParseNamesTheLine(t *testing.T) {
	_, whole := synthetic(t, "synthetic")
	for _, c := range []struct{ old, new, at string }{
		{`id: "4"`, `id: "1"`, `id: "4"`},
		{"from: 4,", "from: 8,", "from: { setting: grave }"},
		{"points: 4", "points: 5", "min: 11, max: 11"},
	} {
		line := strings.Count(whole[:strings.Index(whole, c.at)], "\n") + 1
		_, err := instrument.Parse([]byte(strings.Replace(whole, c.old, c.new, 1)), "s.yaml")
		want := "s.yaml:" + itoa(line) + ":"
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v, want line %d", c.new, err, line)
		}
	}
}

func TestLoad(t *testing.T) {
	_, whole := synthetic(t, "synthetic")
	_, other := synthetic(t, "prorated")
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s), Mode: 0o444} }
	all, err := instrument.Load(fstest.MapFS{"own/a.yaml": file(whole), "own/b.yml": file(other), "own/README.md": file("not one")}, "own")
	if err != nil || len(all) != 2 {
		t.Fatalf("loaded %d: %v", len(all), err)
	}
	for name, files := range map[string]fs.FS{
		"a.yaml has its code already": fstest.MapFS{"own/a.yaml": file(whole), "own/b.yaml": file(whole)},
		"b.yaml":                      fstest.MapFS{"own/a.yaml": file(whole), "own/b.yaml": file("code: [")},
		"own":                         fstest.MapFS{},
	} {
		all, err := instrument.Load(files, "own")
		if err == nil || all != nil || !strings.Contains(err.Error(), strings.Fields(name)[0]) {
			t.Errorf("%s: loaded %d, error %v", name, len(all), err)
		}
	}
}

// TestACentresFileTakesThePlace: the shipped Danger Assessment gives no score;
// a file of the same code with weights and vectors does.
func TestACentresFileTakesThePlace(t *testing.T) {
	_, whole := synthetic(t, "synthetic")
	own, err := instrument.Parse([]byte(strings.Replace(whole, "code: synthetic", "code: danger_assessment", 1)), "own.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all, err := instrument.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	extra := own
	extra.Code = "kettle"
	joined := instrument.Replace(all, []instrument.Definition{own, extra})
	if len(joined) != len(all)+1 {
		t.Fatalf("%d instruments, want %d", len(joined), len(all)+1)
	}
	i := slices.IndexFunc(joined, func(d instrument.Definition) bool { return d.Code == "danger_assessment" })
	if _, err := shipped(t, "danger_assessment").Score(instrument.Input{}, nil); err == nil {
		t.Error("the shipped file gives a score")
	}
	r, err := joined[i].Score(instrument.Input{}, nil)
	if err != nil || r.Version != 3 {
		t.Errorf("the centre's own gives %+v, %v", r, err)
	}
}

// A mutation of one point of one vector is refused, in every shipped file.
func TestAChangedVectorIsRefused(t *testing.T) {
	files, err := fs.Glob(os.DirFS("."), "instruments/*.yaml")
	if err != nil || len(files) != 6 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		head, vectors, found := strings.Cut(string(data), "\nvectors:\n")
		if !found {
			continue
		}
		n := strings.Count(vectors, "want: { min: ")
		for i := range n {
			parts := strings.SplitAfterN(vectors, "want: { min: ", i+2)
			parts[i+1] = "9" + parts[i+1]
			if _, err := instrument.Parse([]byte(head+"\nvectors:\n"+strings.Join(parts, "")), name); err == nil {
				t.Errorf("%s: vector %d was changed and nobody noticed", name, i)
			}
		}
	}
}
