"""Responsible: whether cases are shared or handed on."""
