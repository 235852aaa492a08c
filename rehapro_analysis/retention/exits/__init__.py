"""Ways of leaving: shares gone for each cause, and their limits."""
