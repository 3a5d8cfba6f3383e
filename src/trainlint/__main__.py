"""`python -m trainlint`."""

import os
import sys

# The folder that is checked is no place from which to import: what lies there may be anybody's.
if not sys.flags.safe_path and sys.path and sys.path[0] in ("", os.getcwd()):  # noqa: PTH109
    del sys.path[0]

from trainlint.cli.app import main

main()
