"""Reasons of operating system errors, as messages give them."""


def reason_of(error: OSError) -> str:
    """The reason for the operating system's error, in lower case: `permission denied`.

    Without an error number it is the error's own text, or its type if it has none.
    """
    return (error.strerror or str(error) or type(error).__name__).lower()
