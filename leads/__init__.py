"""Leads: capture, qualification, allocation, nurturing, until they are customers or lost."""
