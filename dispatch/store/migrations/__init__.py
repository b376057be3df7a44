"""Migrations of the store, for embedded files and servers alike."""
