"""How much projects differ: scores, whole coach blocks moved, the spread between projects."""
