"""The arena: games that are trained live, shown by a local page, and played with.

`protocol` is the reference of what server and page say to each other.
"""
