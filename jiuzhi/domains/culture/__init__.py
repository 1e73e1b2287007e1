"""生态文化: heritage and venues."""
