package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"liandong/modules/cases"
	"liandong/modules/cases/events"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// jointName is the theme whose cases six departments handle at the same time.
const (
	jointName  = "压测一件事（六个部门）"
	jointParts = 6
)

// jointFlow accepts once, waits for the parts and decides once.
const jointFlow = `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:ld="https://liandong.cn/bpmn" id="d" targetNamespace="https://liandong.cn/bpmn"><process id="p" name="joint" isExecutable="true">
<startEvent id="s"/><endEvent id="e"/>
<userTask id="accept" name="统一受理"><extensionElements><ld:step kind="accept" level="own" post="clerk" limit="1"/></extensionElements></userTask>
<intermediateCatchEvent id="parts" name="并联办理"><extensionElements><ld:wait for="parts"/></extensionElements><messageEventDefinition id="m"/></intermediateCatchEvent>
<userTask id="decide" name="汇总决定"><extensionElements><ld:step kind="decide" level="county" post="decider" limit="2" opinion="required" documents="准予行政许可决定书"/></extensionElements></userTask>
<sequenceFlow id="f1" sourceRef="s" targetRef="accept"/><sequenceFlow id="f2" sourceRef="accept" targetRef="parts"/><sequenceFlow id="f3" sourceRef="parts" targetRef="decide"/><sequenceFlow id="f4" sourceRef="decide" targetRef="e"/>
</process></definitions>`

// jointItem is the theme; it is put in force, with its parts, where it is missing.
func jointItem(ctx context.Context, h *house) (id string, err error) {
	err = h.super.QueryRowContext(ctx, `select i.id from items i join item_versions v on v.id = i.live_id where v.body->>'name' = $1`, jointName).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	var parts []catalog.ThemePart
	for n := range jointParts {
		steps := []flows.Step{
			{ID: "accept", Name: "受理", Kind: flows.Accept, Level: flows.Own, Post: policies.Clerk, LimitDays: 1},
			{ID: "decide", Name: "部门决定", Kind: flows.Decide, Level: flows.County, Post: policies.Decider, LimitDays: 3},
		}
		v, err := h.offer(ctx, fmt.Sprintf("压测组成事项%d", n+1), fmt.Sprintf("00019900%d000", 3+n), steps)
		if err != nil {
			return "", err
		}
		parts = append(parts, catalog.ThemePart{Key: fmt.Sprint("p", n), Item: v.ItemID, Name: v.Body.Name, Stage: 1})
	}
	v, err := h.inForce(ctx, catalog.Body{Name: jointName, PromisedDays: 18, Parts: parts}, []byte(jointFlow))
	return v.ItemID, err
}

// liveJointly is the whole life of a joint case with those of its parts, and what the job does between.
func (h *house) liveJointly(ctx context.Context, item string, village tenancy.ID) error {
	clerk, err := h.staff(ctx, village, "00000000-0000-7000-8000-0000000000f1", policies.Clerk)
	if err != nil {
		return err
	}
	c, err := h.cases.File(clerk, cases.Filing{ItemID: item, Kind: "person", Name: "演示·压测", Number: "152502199001010020", Phone: "19900000001", Key: db.NewID()})
	if err == nil {
		c, err = h.cases.Accept(clerk, c.ID, c.Version, "受理")
	}
	if err == nil {
		err = h.join(ctx, c)
	}
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	subs, err := h.subs(ctx, c)
	if err != nil || len(subs) != jointParts {
		return fmt.Errorf("%d parts have begun: %w", len(subs), err)
	}
	county, err := h.staff(ctx, subs[0].AtTenant, "00000000-0000-7000-8000-0000000000f2", policies.Decider)
	if err != nil {
		return err
	}
	for _, sub := range subs {
		if _, err = h.cases.Decide(county, sub.ID, sub.Version, true, "同意"); err == nil {
			err = h.join(ctx, c)
		}
		if err != nil {
			return fmt.Errorf("part: %w", err)
		}
	}
	if err = h.super.QueryRowContext(ctx, `select version from cases where tenant_id = $1 and id = $2`, int64(c.TenantID), c.ID).Scan(&c.Version); err == nil {
		c, err = h.cases.Decide(county, c.ID, c.Version, true, "准予")
	}
	if err == nil && c.EndedAt == nil {
		err = fmt.Errorf("%w: %s", errNotEnded, c.StepName)
	}
	return err
}

var errNotEnded = errors.New("the joint case has not ended")

// join does what the job does once a part has moved.
func (h *house) join(ctx context.Context, c cases.Case) error {
	scope, err := h.tree.ScopeFor(ctx, c.TenantID, tenancy.Actor{Kind: tenancy.System, Name: "bench"})
	if err != nil {
		return err
	}
	scope.Over = tenancy.Whole()
	body, err := json.Marshal(events.JointMoved{Case: events.Case{CaseID: c.ID, Tenant: c.TenantID, Joint: c.ID}})
	if err != nil {
		return err
	}
	return h.db.InTx(tenancy.With(ctx, scope), func(ctx context.Context, tx *db.Tx) error {
		return h.cases.OnJointMoved(ctx, tx, db.Delivery{ID: db.NewID(), Tenant: c.TenantID, Name: cases.JointEvents()[0], Body: body})
	})
}

// subs are the cases of the parts.
func (h *house) subs(ctx context.Context, c cases.Case) (out []cases.Case, err error) {
	rows, err := h.super.QueryContext(ctx, `select id, version, at_tenant from cases where tenant_id = $1 and joint_id = $2 order by id`, int64(c.TenantID), c.ID)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var sub cases.Case
		if err := rows.Scan(&sub.ID, &sub.Version, &sub.AtTenant); err != nil {
			return nil, err
		}
		out = append(out, sub)
	}
	return out, rows.Err()
}
