"""Where resources come from: one room a kind of input."""
