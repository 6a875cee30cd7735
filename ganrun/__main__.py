"""`python -m ganrun` is `ganrun`."""

from ganrun.cli import main

main()
