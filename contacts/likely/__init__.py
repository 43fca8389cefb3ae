"""Who is perhaps there already, asked while somebody types a contact."""
