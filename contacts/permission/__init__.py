"""Permission: may we write to this person, by this channel, for this purpose, today, and why."""
