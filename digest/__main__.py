"""``python -m digest`` is the same as ``digest``."""

from digest.cli.main import main

if __name__ == "__main__":
    main()
