"""`python -m rightfit`: the command line, where its script is not on the path."""

from rightfit.cli import main

if __name__ == "__main__":
    main()
