"""`python -m ganrun`, and the command `ganrun`."""


def main() -> None:
    """Run the command line; an interrupt while it is still being read in is told in one line."""
    import sys

    try:
        from ganrun.cli import main

        main()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
