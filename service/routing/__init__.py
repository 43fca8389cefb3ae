"""Who gets a ticket: ordered rules, turns, skills, capacity, and what waits for somebody."""
