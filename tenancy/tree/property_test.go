package tree_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"pgregory.net/rapid"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// TestMain bounds the rounds against the database; -rapid.checks asks for more.
func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	if !asked {
		_ = flag.Set("rapid.checks", "30") // rapid declares it
	}
	os.Exit(m.Run())
}

type errorer interface{ Errorf(string, ...any) }

// nest checks that blocks nest exactly as parents say, and never overlap.
func nest(t errorer, nodes []tree.Node) {
	at := map[tenancy.ID]tree.Node{tenancy.Platform: {Hi: 999_999_999_999_999}}
	for _, n := range nodes {
		if at[n.ID] = n; n.Hi < n.ID {
			t.Errorf("%s has an empty block", n.ID)
		}
	}
	below := map[tenancy.ID][]tree.Node{}
	for _, n := range nodes {
		p, ok := at[n.Parent]
		if n.ID == tenancy.Platform {
			continue
		}
		if !ok || !p.Interval().Covers(n.Interval()) || n.ID == p.ID {
			t.Errorf("%s lies outside its parent %s", n.ID, n.Parent)
		}
		for _, sibling := range below[n.Parent] {
			if n.ID <= sibling.Hi && sibling.ID <= n.Hi {
				t.Errorf("%s overlaps %s", n.ID, sibling.ID)
			}
		}
		below[n.Parent] = append(below[n.Parent], n)
	}
}

// checkTree checks the whole stored tree against its laws.
func checkTree(t *testing.T, d *db.DB) {
	t.Helper()
	if n := ask[int](t, d, `select count(*) from tenants t join tenants p on p.tenant_id = t.parent_id
		where t.tenant_id <= p.tenant_id or t.hi > p.hi or t.hi < t.tenant_id`); n != 0 {
		t.Errorf("%d tenants lie outside their parent", n)
	}
	if n := ask[int](t, d, `select count(*) from (select hi, lead(tenant_id) over (partition by parent_id order by tenant_id) as next from tenants where tenant_id <> 0) x where next <= hi`); n != 0 {
		t.Errorf("%d siblings overlap", n)
	}
	// A subtree is its block: counting by parents and by labels gives the same.
	if n := ask[int](t, d, `with recursive up (id, above) as (select tenant_id, parent_id from tenants
			union all select up.id, p.parent_id from up join tenants p on p.tenant_id = up.above where p.parent_id is not null)
		select count(*) from (select above as a, id from up where above is not null
			except select a.tenant_id, b.tenant_id from tenants a join tenants b on b.tenant_id between a.tenant_id + 1 and a.hi) x`); n != 0 {
		t.Errorf("%d descendants lie outside a block", n)
	}
	if n := ask[int](t, d, `with recursive up (id, above) as (select tenant_id, parent_id from tenants
			union all select up.id, p.parent_id from up join tenants p on p.tenant_id = up.above where p.parent_id is not null)
		select count(*) from (select a.tenant_id as a, b.tenant_id as id from tenants a join tenants b on b.tenant_id between a.tenant_id + 1 and a.hi
			except select above, id from up where above is not null) x`); n != 0 {
		t.Errorf("%d strangers lie inside a block", n)
	}
}

// Whatever is added, moved and merged in whatever order: blocks nest, nothing
// overlaps, a label has one owner for ever, and nobody moves into a block that
// somebody else left.
func TestTreeKeepsItsLaws(t *testing.T) {
	t.Parallel()
	s, d := bare(t)
	ctx := system(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		root, err := s.Add(ctx, tree.Addition{Parent: tenancy.Platform, Level: "league", Name: fmt.Sprintf("盟%d", round), Reason: "r"})
		if err != nil {
			rt.Fatal(err)
		}
		owner := map[tenancy.ID]string{} // label → code, which is unique here
		nodes := []tree.Node{root}
		pick := func(label string) tree.Node { return nodes[rapid.IntRange(0, len(nodes)-1).Draw(rt, label)] }
		for range rapid.IntRange(3, 9).Draw(rt, "steps") {
			n, to := pick("node"), pick("to")
			var err error
			switch rapid.SampledFrom([]string{"add", "add", "add", "move", "merge"}).Draw(rt, "verb") {
			case "add":
				_, err = s.Add(ctx, tree.Addition{Parent: to.ID, Level: rapid.SampledFrom(tree.Levels()).Draw(rt, "level"), Name: "x", Reason: "r"})
			case "move":
				_, err = s.Move(ctx, tree.Removal{ID: n.ID, To: to.ID, Version: n.Version, Reason: "r"})
			case "merge":
				_, err = s.Merge(ctx, tree.Removal{ID: n.ID, To: to.ID, Version: n.Version, Reason: "r"})
			}
			if k := fault.KindOf(err); err != nil && k != fault.Invalid && k != fault.Precondition {
				rt.Fatalf("unexpected: %v", err)
			}
			if nodes, err = s.Subtree(ctx, root.ID); err != nil {
				rt.Fatal(err)
			}
			nest(rt, nodes)
			for _, n := range nodes {
				if was, ok := owner[n.ID]; ok && was != n.Code {
					rt.Errorf("label %s was %s and is %s", n.ID, was, n.Code)
				}
				owner[n.ID] = n.Code
			}
		}
	})
	checkTree(t, d)
	if n := ask[int](t, d, `select count(*) from tenants t where tenant_id <> 0 and not exists (select from tenant_slots s where s.label = t.tenant_id and s.tenant_id = t.tenant_id)`); n != 0 {
		t.Errorf("%d labels were not kept", n)
	}
	// A block that was left holds nobody: no tenant stands where another tenant's former label reached.
	if n := ask[int](t, d, `select count(*) from tenant_slots s join tenants t on t.tenant_id = s.tenant_id
		join tenants x on x.tenant_id between s.label and s.label + (t.hi - t.tenant_id)
		where s.label <> s.tenant_id and t.state = 'open'`); n != 0 {
		t.Errorf("%d tenants stand in a block that somebody left", n)
	}
}
