"""A whole import is taken back: what it made goes, what it changed gets back the values that it had.

Everything is read from the row history (`crm.past`), which knows by which job each row was made or changed; so no kind
of import brings code of its own. `rules` is what the apps say as data, `ledger` puts together what the import did,
`obstacles` finds what stands in the way, `work` does it in one transaction, `job` and `actions` are its doors.
"""
