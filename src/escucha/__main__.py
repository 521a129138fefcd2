"""`python -m escucha` is `escucha`."""

import sys

from escucha.cli import main

sys.exit(main())
