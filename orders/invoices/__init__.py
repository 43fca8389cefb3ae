"""Invoices and payments: what customers owe, what they paid, what is overdue."""
