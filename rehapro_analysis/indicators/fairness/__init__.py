"""Whether a comparison is fair: case mix, context, pandemic, coaches, and the people whom a project meant to reach."""
