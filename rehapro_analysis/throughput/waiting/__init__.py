"""Waiting: the list, and how long the next person waits."""
