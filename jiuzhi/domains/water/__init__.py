"""治水: outlets, sources, plants, mine water, ecological flow."""
