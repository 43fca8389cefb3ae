"""Surveys go out: to whom, by which mail, by hand or after something happened."""
