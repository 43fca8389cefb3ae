"""The demo's service: queues, tickets of a year, and today's."""
