"""Sums that are kept, not built: what a page would add up over all rows stands in a small table, true in the same
transaction as the rows.

An app says by `KeptSums` what each row of a table adds to which group (`CRM_KEPT_SUMS` names them). Triggers append the
difference of every statement (page, import, COPY, undo, by hand) as rows of their own: nobody waits for anybody, and
nothing is counted twice or lost, whatever is written at once. A reader adds up all rows of a group; `fold_all` makes
one row of them every minute. `migrate` puts the triggers there and counts anew where what is added has changed.
"""
