"""Nurturing: sequences of timed touches that stop when a lead answers, is qualified or lost, or says no."""
