"""The administration at `/admin/`: Django's admin with the house's sign-in, log, search and counting.

Each app lists its models in its `admin.py`; what no app lists can be looked at and not changed (`register_the_rest`).
"""
