"""PostgreSQL as Django knows it, and what the product adds: the connection tells who acts, and there are two roles.

The owner makes the tables (`migrate`); everything else runs as the application's role, which can add to the two records
of the past and change neither.
"""
