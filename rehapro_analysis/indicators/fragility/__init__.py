"""Whether a separation hangs on a thread: missing values, one project, one coach, one way of computing it."""
