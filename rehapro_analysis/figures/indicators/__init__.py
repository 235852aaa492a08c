"""Pictures of success indicators."""
