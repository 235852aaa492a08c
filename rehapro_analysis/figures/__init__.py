"""What people look at: figures with title, caption, alternative text, source table and fingerprint."""

from rehapro_analysis.figures.figure import Figure

__all__ = ["Figure"]
