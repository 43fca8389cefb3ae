"""Signing in: how allauth meets this product, sessions, second factors, invitations, forgotten passwords."""
