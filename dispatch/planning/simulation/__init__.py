"""A simulated year: what a zone plan, a staffing and a policy would do to arrivals."""
