"""Strategically significant customers: flags that evidence gives, flags that people set, and where both are shown."""
