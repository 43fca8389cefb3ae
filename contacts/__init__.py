"""People and organizations the company deals with."""
