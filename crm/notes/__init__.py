"""What people write and leave at a record: notes, mentions, files, drafts of mails; and what they are told."""
