"""Faults on purpose, against the whole product in processes of its own: nothing is lost, nothing is doubled.

`make drills` runs the long form; the suite runs the same drills with smaller numbers.
"""
