"""What Python programs and notebooks call: `ganrun.train` and all that the package's face names."""
