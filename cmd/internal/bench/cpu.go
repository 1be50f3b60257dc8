package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ticks per second of /proc/*/stat on every Linux that matters (CLK_TCK).
const ticks = 100

// spent is processor time, in seconds.
type spent struct{ here, database float64 }

func (s spent) all() float64 { return s.here + s.database }

// spent is the processor time that this process, in which servers and clients are,
// and the database have used.
func (r *rig) spent() (used spent, err error) {
	var postmaster string
	if err := r.full.super.QueryRow(`select split_part(pg_read_file('postmaster.pid'), E'\n', 1)`).Scan(&postmaster); err != nil {
		return used, err
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return used, err
	}
	self := strconv.Itoa(os.Getpid())
	for _, file := range stats {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		pid, rest, _ := strings.Cut(string(data), " ")
		f := strings.Fields(rest[strings.LastIndexByte(rest, ')')+1:]) // state ppid … utime is the 12th
		if len(f) < 15 {
			return used, fmt.Errorf("%s has %d fields", file, len(f))
		}
		switch {
		case pid == self:
			used.here += seconds(f[11:13])
		case pid == postmaster:
			used.database += seconds(f[11:15]) // with what its children used before they ended
		case f[1] == postmaster:
			used.database += seconds(f[11:13])
		}
	}
	return used, nil
}

func seconds(fields []string) (s float64) {
	for _, v := range fields {
		n, _ := strconv.Atoi(v)
		s += float64(n)
	}
	return s / ticks
}
