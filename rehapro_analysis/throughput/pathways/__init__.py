"""Pathways: steps, the ways between them, and where they are narrow."""
