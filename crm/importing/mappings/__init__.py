"""What the columns of earlier files meant: kept after each import, and the guess for the next file of such columns."""
