"""Outgoing mail: a row first (`OutgoingMail`), then a sender that any process may be, dead or alive.

The door is `crm.mail.actions.send_mail`. `ledger` moves rows from state to state, `sending` is the loop, `smtp` and
`transports` are the ways out, `composing` makes the bytes, `channels` paces and pauses.
"""
