package files

import (
	"context"

	"liandong/policies"
	"liandong/tenancy/db"
)

// Paper is what a guard is told of a file that belongs to a case.
type Paper = struct{ ID, CaseID, Material, UploaderID string }

// Guard (查看范围) knows which files of cases an actor has no business with although her
// tenant sees them: those that were handed in for somebody else's part of a joint case.
type Guard interface {
	// Withheld are the ids of those papers that the actor must not be given.
	Withheld(ctx context.Context, tx *db.Tx, papers []Paper) (ids []string, err error)
}

// withheld asks the guards.
func (s *Service) withheld(ctx context.Context, tx *db.Tx, fs ...File) (ids []string, err error) {
	var papers []Paper
	for _, f := range fs {
		if f.CaseID != nil {
			papers = append(papers, Paper{f.ID, *f.CaseID, f.Material, f.UploaderID})
		}
	}
	if len(papers) == 0 {
		return nil, nil
	}
	for _, g := range s.guards {
		some, err := g.Withheld(ctx, tx, papers)
		if err != nil {
			return nil, err
		}
		ids = append(ids, some...)
	}
	return ids, nil
}

// mayRead asks policy about one file.
func (s *Service) mayRead(ctx context.Context, tx *db.Tx, f File) error {
	held, err := s.withheld(ctx, tx, f)
	if err != nil {
		return err
	}
	r := f.resource()
	r["withheld"] = len(held) > 0
	return s.authz.Allow(ctx, policies.FilesRead, r)
}
