"""The demo's leads."""
