"""Tests that drive a real browser; they have a pytest run of their own."""
