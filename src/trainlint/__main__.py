"""`python -m trainlint`."""

from trainlint.cli.app import main

main()
