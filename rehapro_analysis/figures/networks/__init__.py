"""Pictures of partner networks."""
