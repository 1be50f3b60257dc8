package flows

import (
	"fmt"
	"math"
	"strings"
)

// Lengths of arrows, in pixels.
const (
	arrowLength = 9.0
	arrowWidth  = 8.0
	cornerBend  = 6.0
)

// arrow is the path of a line with round corners, and the points of its head.
func arrow(line []point) (path, head string) {
	tip := line[len(line)-1]
	u, ok := point{}, false
	for i := len(line) - 2; i >= 0 && !ok; i-- {
		u, ok = towards(line[i], tip)
	}
	foot := point{tip.x - u.x*arrowLength, tip.y - u.y*arrowLength}
	left := point{foot.x - u.y*arrowWidth/2, foot.y + u.x*arrowWidth/2}
	right := point{foot.x + u.y*arrowWidth/2, foot.y - u.x*arrowWidth/2}
	return bend(append(line[:len(line)-1:len(line)-1], foot)), points(tip, left, right)
}

// towards is the direction from a to b, if they are apart.
func towards(a, b point) (point, bool) {
	l := math.Hypot(b.x-a.x, b.y-a.y)
	if l == 0 {
		return point{}, false
	}
	return point{(b.x - a.x) / l, (b.y - a.y) / l}, true
}

func bend(line []point) string {
	var b strings.Builder
	fmt.Fprintf(&b, "M%s %s", num(line[0].x), num(line[0].y))
	for i := 1; i < len(line)-1; i++ {
		p, at, q := line[i-1], line[i], line[i+1]
		in, ok1 := towards(at, p)
		out, ok2 := towards(at, q)
		if !ok1 || !ok2 {
			continue
		}
		r := min(cornerBend, math.Hypot(at.x-p.x, at.y-p.y)/2, math.Hypot(at.x-q.x, at.y-q.y)/2)
		fmt.Fprintf(&b, "L%s %sQ%s %s %s %s", num(at.x+in.x*r), num(at.y+in.y*r),
			num(at.x), num(at.y), num(at.x+out.x*r), num(at.y+out.y*r))
	}
	last := line[len(line)-1]
	fmt.Fprintf(&b, "L%s %s", num(last.x), num(last.y))
	return b.String()
}

func points(ps ...point) string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = num(p.x) + "," + num(p.y)
	}
	return strings.Join(out, " ")
}
