package local

import (
	"errors"
	"os"
	"path/filepath"
)

// Sweep removes the throw-away homes below top whose runs are over, ending
// first whatever a killed run left running. Homes in use are left alone. Until
// release is called nobody else sweeps, so that a home just made is not taken
// for a dead one before its owner has locked it.
func Sweep(top string) (release func(), err error) {
	if err := os.MkdirAll(top, 0o755); err != nil {
		return nil, err
	}
	if release, err = wait(filepath.Join(top, "sweep.lock")); err != nil {
		return nil, err
	}
	homes, err := filepath.Glob(filepath.Join(top, "run-*"))
	errs := []error{err}
	for _, home := range homes {
		errs = append(errs, sweep(home))
	}
	return release, errors.Join(errs...)
}

func sweep(home string) error {
	l, err := acquire(home)
	if errors.Is(err, ErrRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	defer l.release()
	as, err := serverAccount()
	if err != nil {
		return err
	}
	data, err := as.dataDir(home)
	if err != nil {
		return err
	}
	c := &cluster{data: data, socketNote: filepath.Join(home, "socket"), as: as, say: func(string, ...any) {}}
	err = errors.Join(c.evict(), endStrays(filepath.Join(home, "kratos", "kratos.yml")))
	if err != nil {
		return err
	}
	if shelter := filepath.Dir(data); shelter != home {
		err = os.RemoveAll(shelter)
	}
	return errors.Join(err, os.RemoveAll(home))
}
