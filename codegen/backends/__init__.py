"""Languages: one folder each, with the same file names, so that a diff of two folders is the port.

To add a language: make a folder with `__init__.py` (a class that answers `interface.Backend`), `spelling.py` (how expressions, numbers
and functions are written) and `templates/` (what each file looks like, without decisions), and add it to BACKENDS here below. The tests
find it there: every page must be given just the fields that its template asks for.
"""

from .c import C
from .interface import Backend, Page
from .numpy import NumPy

BACKENDS: tuple[Backend, ...] = (NumPy(), C())

__all__ = ["BACKENDS", "Backend", "Page"]
