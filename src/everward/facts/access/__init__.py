"""Who may do what: roles, assignments, conditions, and what follows from them."""
