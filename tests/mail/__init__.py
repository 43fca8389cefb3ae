"""Tests of outgoing mail, against a real SMTP server that does what a script says."""
