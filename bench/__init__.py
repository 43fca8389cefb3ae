"""`make bench`: what the product does beside what the same machine could do at best, in one run.

One module a row in `bench/rows/`; `bench/rows/__init__.py` lists them. CONTRIBUTING says how to add one.
"""
