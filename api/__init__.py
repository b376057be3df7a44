"""Doors: HTTP, command line, pages; the only floor that does I/O with people."""
