"""Partners: courted, missing, working side by side; projects compared."""
