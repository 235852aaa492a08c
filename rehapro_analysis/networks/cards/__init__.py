"""Network cards: the circle of people and places around a participant."""
