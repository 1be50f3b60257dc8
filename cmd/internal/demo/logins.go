package demo

import "math/rand/v2"

// Logins lists the accounts that a visitor should try, without an installation.
func Logins() ([]Login, error) {
	st := &Stage{rng: rand.New(rand.NewPCG(seedOfChance, seedOfChance))}
	if err := st.readTree(); err != nil {
		return nil, err
	}
	var err error
	if st.cast, err = People(); err != nil {
		return nil, err
	}
	st.assemble()
	st.logins()
	return st.report.Logins, nil
}
