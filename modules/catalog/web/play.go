package web

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// Turn (试运行的一步) is what happens next when a flow is played with sample data.
type Turn = struct {
	Do      string // begin, complete, fire or skip
	Ticket  int
	Marking json.RawMessage
	Facts   map[string]any
}

// Scene (试运行的场面) is where the play then stands.
type Scene = struct {
	Marking json.RawMessage
	Open    []Task
	Entered []string // ids of the nodes that were come to
	Called  []string // and of what was called off
	Waiting []string // ids of the arrows on which something waits for other branches
	Ended   bool
}

// Task is something that is open in a play.
type Task = struct {
	Ticket int
	Kind   string // step, service, timer or wait
	Node   string
	Name   string

	StepKind, Level, Tenant, Department, Post, Role, Person, Substitute string

	Limit   int // working days, of a step
	Over    string
	Value   string // of a shared step: who does this part
	Of      int    // of a shared step: the ticket that all parts have in common
	Service string
	Days    int // working days, of a timer
	For     string
	Key     string
	On      int // of a boundary event: the ticket of the activity on which it stands
	Cancels bool
}

// scene is a Scene as the script reads it.
type scene struct {
	Marking json.RawMessage `json:"marking"`
	Open    []doing         `json:"open"`
	Entered []string        `json:"entered"`
	Called  []string        `json:"called"`
	Waiting []string        `json:"waiting"`
	Ended   bool            `json:"ended"`
}

// doing is something open with whoever would get it.
type doing struct {
	Ticket  int      `json:"ticket"`
	Kind    string   `json:"kind"`
	Node    string   `json:"node"`
	Name    string   `json:"name"`
	What    string   `json:"what"` // kind of step, in words
	Limit   int      `json:"limit"`
	Value   string   `json:"value,omitempty"`
	On      int      `json:"on,omitempty"`
	Of      int      `json:"of,omitempty"`
	Cancels bool     `json:"cancels,omitempty"`
	At      string   `json:"at,omitempty"`
	Post    string   `json:"post,omitempty"`
	People  []string `json:"people"`
	Deputy  []string `json:"deputy,omitempty"`
	Hidden  bool     `json:"hidden,omitempty"`
	Nowhere string   `json:"nowhere,omitempty"` // why it falls nowhere
	Says    string   `json:"says,omitempty"`    // of a timer, a wait or a service
}

// playFlow (试运行) plays one turn of the drawing that is sent; nothing is kept.
func (h handlers) playFlow(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.Service.Show(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	p, err := readPosted(r)
	if err != nil {
		return err
	}
	origin, err := strconv.ParseInt(p.Origin, 10, 64)
	if err != nil {
		return fault.InvalidField("origin", "flow_play_origin")
	}
	s, err := h.Stage.Rehearse(r.Context(), sh.Version.TenantID, []byte(p.XML), Turn{Do: p.Do, Ticket: p.Ticket, Marking: p.Marking, Facts: p.Facts})
	if err != nil {
		return err
	}
	out := scene{Marking: s.Marking, Entered: s.Entered, Called: s.Called, Waiting: s.Waiting, Ended: s.Ended, Open: []doing{}}
	for _, t := range s.Open {
		c, err := h.doing(r, tenancy.ID(origin), t)
		if err != nil {
			return err
		}
		out.Open = append(out.Open, c)
	}
	return answer(w, http.StatusOK, out)
}

func (h handlers) doing(r *http.Request, origin tenancy.ID, t Task) (doing, error) {
	c := doing{
		Ticket: t.Ticket, Kind: t.Kind, Node: t.Node, Name: t.Name, Limit: t.Limit, Value: t.Value, Of: t.Of, On: t.On, Cancels: t.Cancels,
		What: word(stepKinds(), t.StepKind), Post: word(stepPosts(), t.Post), Says: taskSays(t), People: []string{},
	}
	if t.Kind != "step" {
		return c, nil
	}
	l, err := h.Stage.Land(r.Context(), origin, t)
	if f, ok := fault.As(err); ok && (fault.KindOf(err) == fault.Precondition || fault.KindOf(err) == fault.NotFound) {
		c.Nowhere = text.T(f.Text) + "：" + word(stepLevels(), t.Level)
		return c, nil
	}
	c.At, c.Deputy, c.Hidden = l.At, l.Deputy, l.Hidden
	c.People = append(c.People, l.People...)
	return c, err
}
