"""vCards 2.1, 3.0 and 4.0 as a table: `properties` unfolds lines, `cards` says what a card means, `table` streams."""
