"""Incoming mail: the bytes first (`IncomingMail`), then what they say, then who takes it.

The door is `crm.incoming.intake.take_in`; mails come to it from mailboxes (`mailboxes`), by the hook and by
`manage.py receive_mail`. `reading` reads the bytes, `replies` finds what a person wrote, `bounces` what came back,
`nature` what a machine wrote, `threads` what it answers, `takers` hands it to the apps above.
"""
