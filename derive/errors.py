"""The root of the errors that a derivation raises."""


class DeriveError(Exception):
    """Something in a derivation failed; the text says what, on which expression, and what to do."""
