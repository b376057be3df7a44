"""What position terminals and phones say, as values: a module per protocol, pure functions."""
