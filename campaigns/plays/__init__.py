"""Plays: an event lets people in, they go through steps, leave on a goal, a control group tells what it is worth."""
