"""Territories of the market: the rules that place contacts in them, the job that places all, and the pages of both."""
