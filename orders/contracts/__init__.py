"""Subscriptions: contracts with a term, renewals, cancellations."""
