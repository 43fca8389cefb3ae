"""Macros: changes of a ticket and a reply with fields, by one keystroke."""
