"""治气: emission sources, dust, machinery."""
