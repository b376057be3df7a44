"""Decisions: who goes, and why; imports only from geo."""
