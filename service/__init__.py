"""Service: tickets from every channel, what is said in them, and who answers."""
