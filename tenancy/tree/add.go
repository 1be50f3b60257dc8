package tree

import (
	"context"
	"strings"

	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// Addition is a new tenant as a form gives it.
type Addition struct {
	Parent tenancy.ID
	Level  string
	Code   string // official code; empty when it has none
	Name   string
	Host   string // may be empty
	Reason string
}

func (in Addition) check() (Addition, error) {
	fields := map[string]string{}
	in.Level, in.Code = levelOf(in.Level), strings.TrimSpace(in.Code)
	var problem string
	if in.Name, problem = cleanName(in.Name); problem != "" {
		fields["name"] = problem
	}
	if sizeOf(in.Level, platformSize) == 0 {
		fields["level"] = "tree_level_unknown"
	}
	if in.Code != "" && !isDigits(in.Code, codeLength) {
		fields["code"] = "tree_code_malformed"
	}
	in.Host = checkHost(fields, in.Host)
	in.Reason = checkReason(fields, in.Reason)
	return in, fault.InvalidFields(fields)
}

// Add makes a tenant below Parent. It returns Invalid, NotFound (no such parent),
// Precondition (the parent is not open, or full) or Forbidden.
func (s *Service) Add(ctx context.Context, in Addition) (n Node, err error) {
	if in, err = in.check(); err != nil {
		return n, err
	}
	err = s.change(ctx, func(ctx context.Context, w writer) error {
		parent, err := w.open(ctx, in.Parent)
		if err != nil {
			return err
		}
		if n, err = w.born(ctx, in, parent); err != nil {
			return err
		}
		if err := w.may(n); err != nil {
			return err
		}
		if err := w.insert(ctx, n); err != nil {
			return err
		}
		return w.note(ctx, "added", Change{New: n}, in.Reason)
	})
	return n, err
}

func (w writer) born(ctx context.Context, in Addition, parent Node) (Node, error) {
	n := Node{Parent: parent.ID, Level: in.Level, Code: in.Code, Name: in.Name, Host: in.Host, State: Open, Version: 1}
	size := sizeOf(in.Level, parent.size())
	if problem := fitsLevel(in.Code, size, parent.size()); problem != "" {
		return n, fault.InvalidField("level", problem)
	}
	block, err := w.place(ctx, in.Code, size, parent.Interval())
	if err != nil {
		return n, err
	}
	n.ID, n.Hi = block.Lo, block.Hi
	if n.Code == "" {
		n.Code = madeCode(n.ID)
	}
	return n, nil
}

// fitsLevel returns the key of what is wrong with a level below a parent of that
// width, or "". Only an official code binds a level: one that was made up here
// says where its tenant was born, and may have come along with a move since.
func fitsLevel(code string, size, parent int64) string {
	switch {
	case size == 0:
		return "tree_level_unknown"
	case size >= parent:
		return "tree_level_not_below"
	case isDigits(code, codeLength) && int64(labelOf(code))%size != 0:
		return "tree_code_level"
	}
	return ""
}

// Renaming is the new name of a tenant, with its official code (撤县设区) and host.
type Renaming struct {
	ID      tenancy.ID
	Name    string
	Code    string // empty leaves it as it is
	Host    string // empty: reached by its code alone
	Version int
	Reason  string
}

func (in Renaming) check() (Renaming, error) {
	fields := map[string]string{}
	var problem string
	if in.Name, problem = cleanName(in.Name); problem != "" {
		fields["name"] = problem
	}
	if in.Code = strings.TrimSpace(in.Code); in.Code != "" && !isCode(in.Code) {
		fields["code"] = "tree_code_malformed"
	}
	in.Host = checkHost(fields, in.Host)
	in.Reason = checkReason(fields, in.Reason)
	return in, fault.InvalidFields(fields)
}

// Rename changes what a tenant is called; its label and all that hangs on it stay.
// It returns Invalid, NotFound, Precondition, Conflict or Forbidden.
func (s *Service) Rename(ctx context.Context, in Renaming) (n Node, err error) {
	if in, err = in.check(); err != nil {
		return n, err
	}
	err = s.change(ctx, func(ctx context.Context, w writer) error {
		old, err := w.fetch(ctx, in.ID, in.Version)
		if err != nil {
			return err
		}
		if err := w.may(old); err != nil {
			return err
		}
		n = old
		n.Name, n.Host = in.Name, in.Host
		if in.Code != "" {
			n.Code = in.Code
		}
		if err := w.save(ctx, n); err != nil {
			return err
		}
		n.Version++
		return w.note(ctx, "renamed", Change{old, n}, in.Reason)
	})
	return n, err
}
