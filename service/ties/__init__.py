"""What ties tickets together, and people to them: links, a matter split off, incidents, watchers, who is there."""
