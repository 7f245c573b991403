"""Refusals in the words of AWS, as the Pulumi AWS provider shows them."""

from __future__ import annotations

from rehearsal.errors import RehearsalError


class AwsError(RehearsalError):
    """What AWS answers when it refuses a call.

    Args:
        service: Service as the AWS SDK names it, for example "EKS" or "EC2".
        operation: API operation, for example "CreateNodegroup".
        code: Error code, for example "ResourceInUseException".
        message: AWS's own wording.
        status: HTTP status; 400 by default.
    """

    def __init__(self, service: str, operation: str, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(
            f"operation error {service}: {operation}, https response error StatusCode: {status}, "
            f"api error {code}: {message}"
        )
        self.service = service
        self.operation = operation
        self.code = code
        self.reason = message
        self.status = status
