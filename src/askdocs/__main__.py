"""`python -m askdocs` is `askdocs`."""

from askdocs.cli.commands import main

if __name__ == "__main__":
    main()
