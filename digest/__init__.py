"""digest: feeds and files become an edited weekly brief, mailed once to each reader and kept on the web.

``from digest import pipeline`` is the Python API: the functions there are what the command line calls.
"""

__version__ = "0.1.0"
