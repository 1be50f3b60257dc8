package bench

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"liandong/tenancy"
)

// The divisions of the whole country: the statistics bureau's codes, edition of
// 2023 (package MIT, data WTFPL v2).
const (
	divisionPackage = "china-division"
	divisionVersion = "2.7.0"
)

// node is one tenant of the national tree.
type node struct {
	id, hi, parent tenancy.ID
	level          string
	code, name     string
}

// fetch brings the package into dir once; the file name carries the version.
func fetch(ctx context.Context, dir string, allowed bool) (string, error) {
	file := filepath.Join(dir, divisionPackage+"-"+divisionVersion+".tgz")
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	if !allowed {
		return "", fmt.Errorf("缺少 %s:请先联网运行 liandong bench load", file)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "npm", "pack", "--silent", "--pack-destination", dir, divisionPackage+"@"+divisionVersion)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm pack %s@%s: %w: %s", divisionPackage, divisionVersion, err, out)
	}
	return file, nil
}

// layers are the files of the package, widest level first, with the width of their blocks.
//

var layers = []struct {
	name, level string
	size        int64
}{
	{"provinces.csv", "province", 10_000_000_000_000},
	{"cities.csv", "city", 100_000_000_000},
	{"areas.csv", "county", 1_000_000_000},
	{"streets.csv", "township", 1_000_000},
	{"villages.csv", "village", 1_000},
}

// national reads all divisions out of the package, parents before children.
func national(file string) ([]node, error) {
	tables, err := unpack(file)
	if err != nil {
		return nil, err
	}
	all := make([]node, 0, 670_000)
	known := map[tenancy.ID]bool{tenancy.Platform: true}
	for depth, f := range layers {
		rows := tables[f.name]
		if len(rows) < 2 {
			return nil, fmt.Errorf("%s is missing in %s", f.name, file)
		}
		for _, row := range rows[1:] {
			n, err := nodeOf(row[0], row[1], depth)
			if err != nil {
				return nil, err
			}
			if known[n.id] { // a city without counties (东莞) repeats its own code at county level
				continue
			}
			for d := depth - 1; d >= 0 && (n.parent == 0 || !known[n.parent]); d-- {
				n.parent = n.id / tenancy.ID(layers[d].size) * tenancy.ID(layers[d].size)
			}
			known[n.id] = true
			all = append(all, n)
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].id < all[j].id })
	return all, nil
}

func nodeOf(code, name string, depth int) (node, error) {
	code += strings.Repeat("0", max(0, 12-len(code)))
	id, err := strconv.ParseInt(code, 10, 64)
	if err != nil {
		return node{}, fmt.Errorf("division %q: %w", code, err)
	}
	n := node{id: tenancy.ID(id * 1000), level: layers[depth].level, code: code, name: name}
	n.hi = n.id + tenancy.ID(layers[depth].size-1)
	return n, nil
}

// unpack reads the tables out of the archive.
func unpack(file string) (map[string][][]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	out := map[string][][]string{}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if path.Ext(h.Name) != ".csv" {
			continue
		}
		c := csv.NewReader(t)
		c.FieldsPerRecord = -1
		if out[path.Base(h.Name)], err = c.ReadAll(); err != nil {
			return nil, fmt.Errorf("%s: %w", h.Name, err)
		}
	}
}
