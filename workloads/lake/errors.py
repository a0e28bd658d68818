"""Errors of the lake."""


class LakeError(Exception):
    """A request to the lake or to Entra ID failed. The message has the place and the next step.

    `status` is the HTTP status, 0 without a response; `code` is the service's error code, such as `PathNotFound`.
    """

    def __init__(self, message: str, status: int = 0, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
