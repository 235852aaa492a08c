"""What the documents alone say about separation: counts, the gate before a comparison, all admissible completions."""
