"""The experience map: the touch points along the journey, planned beside actual."""
