"""Who looked at, took out, and changed one person: one row a day of looks, the log, the row history."""
