"""escucha: what did this music classifier hear?"""

__version__ = "0.4.0"
