"""治土: construction land, key units, farmland."""
