"""`python -m everward` is `everward`."""

import sys

from everward.cli import main

if __name__ == "__main__":
    sys.exit(main())
