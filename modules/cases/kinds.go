package cases

import "context"

// Kind (办件类型) is what kind of case it is. An item says whether its cases begin as
// instant or promised ones; the rest they become on their way, and never back:
//
//	instant, promise ── accepted with something missing, or supplemented ──▶ supplement
//	any of them      ── a step falls to another office than the origin   ──▶ escalate
//	any of them      ── handled together with others                     ──▶ joint
type Kind string

// The kinds of case.
const (
	KindInstant    Kind = "instant"    // 即办件: done at the counter
	KindPromise    Kind = "promise"    // 承诺件
	KindSupplement Kind = "supplement" // 补办件: accepted although materials were missing, or supplemented
	KindEscalate   Kind = "escalate"   // 上报件: its flow leads above where it was born
	KindJoint      Kind = "joint"      // 联办件: several offices handle it together
)

// Kinds lists them in the order in which pages offer them.
func Kinds() []Kind {
	return []Kind{KindInstant, KindPromise, KindSupplement, KindEscalate, KindJoint}
}

func (k Kind) rank() int {
	switch k {
	case KindSupplement:
		return 1
	case KindEscalate:
		return 2
	case KindJoint:
		return 3
	case KindInstant, KindPromise:
	}
	return 0
}

// become lets the case be of another kind, unless what it is already says more.
func (c *Case) become(k Kind) {
	if k.rank() > c.Kind.rank() {
		c.Kind = k
	}
}

// Mode (网上办理模式) is what an applicant who files online has to come for.
type Mode string

// The modes; the zero one promises nothing.
const (
	Precheck Mode = "precheck" // 原件预审: filed online, the originals are brought for acceptance
	Verify   Mode = "verify"   // 原件核验: all of it online, the originals are checked when the result is handed over
	Wholly   Mode = "online"   // 全程网办: nobody comes
)

// Modes lists those that promise something, in the order in which pages offer them.
func Modes() []Mode { return []Mode{Precheck, Verify, Wholly} }

// Way (办理方式) is how the steps of a case find their people.
type Way string

// The ways of handling.
const (
	ByStep   Way = "step"   // 方式二: every step falls to its post
	ByPerson Way = "person" // 方式一: whoever has taken the case carries it through the steps of her posts
)

// The channels (申请方式) by which a case comes in.
const (
	Online    = "online"    // 网上申请
	Window    = "window"    // 窗口申请
	Assisted  = "assisted"  // 帮办代办, at a village
	Elsewhere = "elsewhere" // 异地通办: taken in by another office
	Batch     = "batch"     // 批量录入
)

// Channels lists them in the order in which pages offer them.
func Channels() []string { return []string{Online, Window, Assisted, Elsewhere, Batch} }

// atCounter reports whether the applicant came to a counter to file. Comings are those of a
// joint case, not of its parts.
func (c *Case) atCounter() bool {
	return (c.Channel == Window || c.Channel == Elsewhere) && c.JointID == nil
}

// village is the level whose clerks help where people live, rather than at a counter.
const village = "village"

// classify says what kind of case a filing makes of an offer.
func (c *Case) classify(o Offer, here Place, in Filing) {
	if c.HelperID != "" {
		if c.Channel = Window; here.Level == village {
			c.Channel = Assisted
		}
		if in.Channel != "" {
			c.Channel = in.Channel
		}
	}
	c.Kind, c.Mode, c.Way, c.TripsPromised = o.Kind, o.Mode, o.Way, o.Trips
	if c.Kind == "" {
		c.Kind = KindPromise
	}
	if c.Way == "" {
		c.Way = ByStep
	}
	if c.atCounter() { // that she came to file was hers to choose
		c.TripsPromised = max(c.TripsPromised, 1)
	}
}

// supplemented lets a case that is accepted now be a supplemented one when its applicant
// answered a notice before.
func (d *deed) supplemented(ctx context.Context) error {
	ns, err := d.st.notices(ctx, d.c)
	if err == nil && len(ns) > 0 {
		d.c.become(KindSupplement)
	}
	return err
}
