"""Real servers on the loopback address that tests talk to instead of the world."""
