"""Offers: what is offered to whom, the best one for each person, the codes by which orders tell of it."""
