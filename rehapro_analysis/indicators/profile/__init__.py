"""What each project shows, and how little of a ranking that is."""
