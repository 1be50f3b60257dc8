// Package bench measures the product on a database of national size: the tree
// of all divisions of the country (about 665,000 tenants) and a million cases.
//
// What is promised and measured: row security costs at most 1.3 times the same
// statements with the predicates written out; a province reads its lists and
// dashboards at most ten times slower than a village; a case lives as fast in a
// full database as in an empty one.
package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
)

// Options say where and how much.
type Options struct {
	Dir     string       // home of the bench: its own database cluster and the fetched divisions
	Report  string       // file that Run writes
	Cases   int          // how many cases Load makes; Run, where nothing is loaded
	Fetch   bool         // Load may fetch the divisions from the npm registry
	Quick   bool         // fewer repetitions
	Lives   int          // lives of cases that Run plays in each database; 0 leaves them out
	Say     func(string) // progress, in Chinese
	Out     io.Writer    // the table
	Log     *slog.Logger
	Explain bool   // print the plans of what is out of its limit
	Profile string // folder for a processor profile of every page of the directory; empty: none
	Only    string // measure only the parts whose names contain this
}

// Figure is one thing measured.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Ratio float64 `json:"ratio,omitempty"` // to what it is compared with
	Limit float64 `json:"limit,omitempty"` // of Ratio, or of Value where there is none
	OK    bool    `json:"ok"`
}

// Report is what a run found.
type Report struct {
	At      time.Time `json:"at"`
	Tenants int       `json:"tenants"`
	Cases   int       `json:"cases"`
	Figures []Figure  `json:"figures"`
}

func (r *Report) add(name string, value float64, unit string) {
	r.Figures = append(r.Figures, Figure{Name: name, Value: value, Unit: unit, OK: true})
}

// compare adds a figure whose ratio has a limit that it must not pass.
func (r *Report) compare(name string, value float64, unit string, ratio, atMost float64) {
	r.Figures = append(r.Figures, Figure{Name: name, Value: value, Unit: unit, Ratio: ratio, Limit: atMost, OK: ratio <= atMost})
}

// reach adds a figure whose ratio must reach a limit.
func (r *Report) reach(name string, value float64, unit string, ratio, atLeast float64) {
	r.Figures = append(r.Figures, Figure{Name: name, Value: value, Unit: unit, Ratio: ratio, Limit: atLeast, OK: ratio >= atLeast})
}

// write prints the table and keeps the figures as JSON.
func (r *Report) write(o Options) error {
	t := tabwriter.NewWriter(o.Out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(t, "%d 个租户,%d 件办件\n\n指标\t数值\t单位\t比值\t限值\t\n", r.Tenants, r.Cases)
	for _, f := range r.Figures {
		mark := ""
		if !f.OK {
			mark = "✗ 超限"
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, number(f.Value), f.Unit, blank(f.Ratio), blank(f.Limit), mark)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(o.Report), 0o755); err != nil {
		return err
	}
	return os.WriteFile(o.Report, append(data, '\n'), 0o644)
}

func number(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

func blank(v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", v)
}

// Run measures everything, prints a table and writes the report; it loads
// o.Cases cases first where nothing is loaded. A figure out of its limit is
// marked and is no error.
func Run(ctx context.Context, o Options) error {
	r, err := open(ctx, o)
	if errors.Is(err, errNotLoaded) {
		if err = Load(ctx, o); err == nil {
			r, err = open(ctx, o)
		}
	}
	if err != nil {
		return err
	}
	defer r.close()
	rep := &Report{At: time.Now().UTC()}
	if err := r.full.size(ctx, rep); err != nil {
		return err
	}
	for _, part := range []struct {
		name    string
		measure func(context.Context, *Report) error
	}{{"授权判定", r.decisions}, {"分级查询", r.queries}, {"办件全过程", r.lives}, {"网站", r.pages}, {"事项目录", r.catalogue}, {"电子表单", r.forms}} {
		if !strings.Contains(part.name, o.Only) {
			continue
		}
		o.Say("测量" + part.name + "……")
		if err := part.measure(ctx, rep); err != nil {
			return fmt.Errorf("bench: %s: %w", part.name, err)
		}
	}
	return rep.write(o)
}
