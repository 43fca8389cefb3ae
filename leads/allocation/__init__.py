"""Who gets a lead: ordered rules, turns, capacity, and what happens where nobody answers in time."""
