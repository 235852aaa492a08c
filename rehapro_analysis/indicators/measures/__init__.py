"""What counts as success: definitions of indicators, and the value each person has."""
