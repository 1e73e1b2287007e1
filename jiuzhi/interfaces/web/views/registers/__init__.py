"""The generic pages of every register: index, list, record, form, steps, files, Excel, map, documentation."""
