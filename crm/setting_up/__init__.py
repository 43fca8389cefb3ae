"""Pages on which administrators say what holds for the whole house: one row each."""
