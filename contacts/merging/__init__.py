"""Two contacts become one, and two again: `keys` says what an app's rows do then, `moving` does it by the set."""
