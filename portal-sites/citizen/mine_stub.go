package citizen

import "github.com/go-chi/chi/v5"

func (h handlers) mine(chi.Router) {}
