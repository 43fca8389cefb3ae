"""The ways of a campaign that are no mail: letters, calls, text messages, networks."""
