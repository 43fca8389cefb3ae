"""Who is kept out, and who gets which variant, is drawn by lot: a number of each contact that anybody can reckon again.

It is a hash of the contact's number with a seed that is drawn itself. Of PostgreSQL's hash only the low 32 bits are of
use: those above depend on one another for numbers that follow each other, so that of 2,000 contacts a fifth was 400
give or take 29, where lots give 18.
"""


def drawn(key: str, seed: str) -> str:
    """SQL of a number from 0 to below 1 for a `key` (bigint), evenly and independently spread; both are SQL."""
    return f"((hashint8extended({key}, {seed}) & 4294967295)::float8 / 4294967296)"
