"""Flow: who came, who left and who was there, day by day and month by month."""
