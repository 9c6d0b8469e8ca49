"""`python -m models.training`. Knows where the command line is: in a module that other processes can import."""

import sys

from models.training.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
