"""How much these numbers could show, and how many would be needed."""
