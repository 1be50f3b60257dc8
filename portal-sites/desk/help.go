package desk

import "github.com/go-chi/chi/v5"

func (h handlers) mountHelp(chi.Router) {}
