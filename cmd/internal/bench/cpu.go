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

// cpuSeconds is the processor time that this process and the database have used.
func (r *rig) cpuSeconds() (float64, error) {
	var postmaster string
	if err := r.full.super.QueryRow(`select split_part(pg_read_file('postmaster.pid'), E'\n', 1)`).Scan(&postmaster); err != nil {
		return 0, err
	}
	total := 0
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
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
			return 0, fmt.Errorf("%s has %d fields", file, len(f))
		}
		if pid == self || pid == postmaster || f[1] == postmaster {
			last := 13
			if pid == postmaster {
				last = 15 // with what its children used before they ended
			}
			for _, v := range f[11:last] {
				n, _ := strconv.Atoi(v)
				total += n
			}
		}
	}
	return float64(total) / ticks, nil
}
