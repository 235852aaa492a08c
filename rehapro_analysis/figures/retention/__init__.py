"""Pictures of staying and leaving."""
