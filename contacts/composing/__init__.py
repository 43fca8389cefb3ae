"""The composer of a contact's page: note, call, mail, meeting, task, and any other touch."""
