"""The import engine: any table in, records out. It knows no app; the apps bring their kinds in their catalogues.

`reading` turns a file into chunks of rows, `values` and `columns` turn texts into values (deciding per column where
a text alone cannot tell), `mapping` says which column feeds which field, `staging` copies the values into a
temporary table, the kind's own SQL merges them, and `engine` runs the whole in one transaction.
"""
