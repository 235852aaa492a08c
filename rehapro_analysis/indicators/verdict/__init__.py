"""What may be said of an indicator: gates, verdict, sentence."""
