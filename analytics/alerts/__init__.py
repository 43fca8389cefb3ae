"""Selling alerts for the rep: what they say, what is answered, what they brought. `steps/alerts.py` makes them."""
