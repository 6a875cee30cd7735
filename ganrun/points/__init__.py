"""Points that somebody brings: files of them read and checked, and a mixture fitted to them."""
