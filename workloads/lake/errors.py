"""What can go wrong between a job and the lake."""


class LakeError(Exception):
    """A request of the lake, or of the sign-in, failed. The message names the place and the next step.

    `status` is the HTTP status, 0 where there was no answer; `code` the service's own code, such as `PathNotFound`.
    """

    def __init__(self, message: str, status: int = 0, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
