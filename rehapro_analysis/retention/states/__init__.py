"""States: phases as states, the paths through them, and checks of histories."""
