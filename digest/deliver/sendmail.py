"""This machine's own mailer takes the messages: ``sendmail`` of Postfix, Exim, Sendmail, msmtp and the like.

sendmail -i -f SENDER -- RECIPIENT  < message
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from typing import Self

from digest.deliver.headers import one_line
from digest.deliver.line import DETAIL, Envelope, Outcome, Result, unstuffed
from digest.deliver.pace import Pace
from digest.errors import ConnectError

_MEANS: dict[int, Result] = {
    0: "sent",
    64: "stop",  # usage: it does not know the options
    65: "failed",  # data, or the address
    67: "failed",  # no such user
    68: "failed",  # no such host
    69: "stop",  # service unavailable
    71: "again",  # the system: no process, no memory
    # 75, "temporary failure": Postfix has not taken it, Sendmail has and tries later: nobody knows.
    77: "stop",  # not allowed to send
    78: "stop",  # its configuration is wrong
}
"""Exit codes of sysexits.h. After any other nobody knows."""


class SendmailCarrier:
    """The command, run once a message."""

    alive = True
    worn = False
    asks_ahead = False

    def __init__(self, command: str, *, sender: str, connections: int, per_second: float, timeout_s: float) -> None:
        self.command = command
        self.sender = sender
        self.connections = connections
        self._timeout_s = timeout_s
        self._pace = Pace(per_second)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self) -> None:
        """Look for the command.

        Raises:
            ConnectError: there is none.
        """
        if shutil.which(self.command) is None:
            raise ConnectError(
                f"{self.command}: there is no such command",
                host="", port=0, security="none", hint='[send] sendmail names it; it is mostly "/usr/sbin/sendmail"',
            )  # fmt: skip

    @contextlib.contextmanager
    def connection(self) -> Iterator[Self]:
        """Another run of the command. Raises as check."""
        self.check()
        yield self

    def pace(self, stop: threading.Event) -> None:
        self._pace.wait(stop)

    def slow(self) -> None:
        self._pace.slow()

    def close(self) -> None:
        """Nothing is open."""

    def hand_over(  # each message is a run of its own
        self,
        envelope: Envelope,
        data: bytes,
        on_body: Callable[[], None],
        following: Envelope | None = None,  # noqa: ARG002
    ) -> Outcome:
        """Give it one message; what it says on its error output is the detail."""
        # Mailers want this machine's line ends on their input; some would double the CR.
        raw = unstuffed(data).replace(b"\r\n", b"\n")
        on_body()
        try:
            process = subprocess.Popen(  # noqa: S603  the command is the operator's; the address cannot be an option
                [self.command, "-i", "-f", envelope.sender, "--", envelope.recipient],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C goes to all of a terminal's processes: what is on its way is finished
            )  # fmt: skip
        except OSError as error:
            return Outcome(result="again", detail=f"{self.command}: cannot be run: {error.strerror}")
        with process:
            try:
                _, said = process.communicate(raw, timeout=self._timeout_s)
            except subprocess.TimeoutExpired:
                process.kill()
                return Outcome(result="uncertain", detail=f"{self.command} did not end in time")
        detail = one_line(said.decode("utf-8", "replace"))[:DETAIL]
        code = process.returncode
        return Outcome(result=_MEANS.get(code, "uncertain"), detail=f"exit code {code}: {detail}" if code else detail)
