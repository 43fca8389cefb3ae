"""Mails to leads by hand, answers to theirs among them: through the ledger of outgoing mail, and a touch."""
