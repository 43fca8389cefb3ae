"""What each role does all day in the browser, by keyboard and by mouse: chores that a day is made of."""
