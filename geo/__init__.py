"""Places and ways; imports nothing of ours."""
