"""What people take with them: executed notebooks, figures with their manifest, proof of sameness."""
