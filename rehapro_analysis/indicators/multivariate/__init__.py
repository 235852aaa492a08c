"""Several indicators at once: jointly, against each other, and pair by pair of projects."""
