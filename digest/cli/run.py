"""``digest run``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count
from digest.errors import BusyError, DigestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.cli.session import Session
    from digest.deliver.carrier import Carrier
    from digest.model import IssueRecord
    from digest.production.schedule import Due
    from digest.project import Project

_WORSE = (0, 3, 4, 1, 2)  # exit codes, from well to worst
INTERRUPTED = 128  # an exit code above it says which signal ended a step


@make_verb("run")
@click.option("--dry-run", is_flag=True, help="Say what would be done; do nothing.")
def verb(session: Session, *, dry_run: bool) -> int:
    """Do what is due: read the inbox, send what is scheduled or left, fetch feeds.

    For cron or a systemd timer, every 5 to 15 minutes; docs/systemd has both. A step that fails does not stop the
    others, and a second run at the same time does nothing. What waited for longer than [send] stale_hours, or was
    stopped by hand, is not sent unasked: on a terminal run asks, else it exits with 3 and says what to type.

    \b
    Example:
      digest run
      digest run --dry-run
      digest run -q > /dev/null
    """
    from digest.production.schedule import run_lock

    with session.project() as project:
        if dry_run:
            return _dry_run(session, project)
        round_ = _Round(session, project)
        try:
            with run_lock(project):
                round_.work()
        except BusyError as error:
            session.say(f"busy: {error.message}")
            session.result({"busy": True})
            return 0
        session.result(round_.data)
        return round_.exit_code


class _Round:
    """One run: its steps one after the other, what they did, and the worst of their exit codes."""

    def __init__(self, session: Session, project: Project) -> None:
        self.session = session
        self.project = project
        self.exit_code = 0
        self.data: dict[str, Any] = {
            "busy": False, "inbox": None, "sent": [], "waiting": [], "fetched": None, "problems": [],
        }  # fmt: skip

    def work(self) -> None:
        from digest.production.schedule import note_run

        note_run(self.project, now=self.session.clock())
        for step in (self._inbox, self._send, self._fetch):
            if self.exit_code < INTERRUPTED:
                self._try(step)

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except BusyError as error:  # whoever holds it up is at the very same work
            self.session.say(f"busy: {error.message}")
        except DigestError as error:
            self._problem(error.message, error.hint, error.exit_code)
        except OSError as error:
            self._problem(f"{error.filename or 'the disk'}: {error.strerror or error}", None, 1)

    def _problem(self, message: str, hint: str | None, code: int) -> None:
        self.session.warn(message + (f" ({hint})" if hint else ""))
        self.data["problems"].append({"message": message, "hint": hint, "exit_code": code})
        self._came_to(code)

    def _came_to(self, code: int) -> None:
        self.exit_code = max(self.exit_code, code, key=lambda one: _WORSE.index(one) if one in _WORSE else one)

    def _line(self, text: str) -> None:
        if not self.session.options.as_json:
            self.session.line(text)

    # -- the steps

    def _inbox(self) -> None:
        if self.project.settings.inbox is None:
            return
        from collections import Counter

        from digest.production.inbox import look_into_inbox

        readings = look_into_inbox(self.project, os.environ, now=self.session.clock())
        kinds = Counter(one.kind for one in readings)
        self.data["inbox"] = {"mails": len(readings), "kinds": dict(sorted(kinds.items()))}
        if readings:
            said = ", ".join(f"{number:,} {kind}" for kind, number in sorted(kinds.items()))
            self._line(f"inbox: {count(len(readings), 'mail')}: {said}")
        for one in readings:
            if one.is_doubtful:
                self.session.warn(f"{one.kind} of {one.address or 'nobody named'}: {one.why}")
        if any(one.waits_for_a_person for one in readings):
            self.session.next_step("`digest subscribers remove ADDRESS` for those who asked to leave")
            self._came_to(3)  # told once: the mail stays unread, and is not looked at again

    def _send(self) -> None:
        from digest.production.schedule import drop_spent_times, due_corrections, due_issues

        for find in (due_issues, due_corrections):  # a correction follows what it corrects
            for due in find(self.project, now=self.session.clock()):
                if self.exit_code < INTERRUPTED:
                    self._try(lambda due=due: self._send_one(due))  # type: ignore[misc]
        drop_spent_times(self.project)

    def _send_one(self, due: Due) -> None:
        if due.verdict == "refuse":
            hint = f"`digest send {due.name}` sends it now, `--at TIME` at another time, `--at never` not at all"
            self._problem(f"{due.name} {due.why}", hint, 1)
            return
        if due.verdict == "ask" and not self._may_send(due):
            take_off = "" if due.begun else f"; `digest send {due.name} --at never` takes it off"
            told = f"{due.name} {due.why}; it is not sent unasked"
            command = f"digest correct {due.name} --send" if due.corrections else f"digest send {due.name}"
            self.session.warn(f"{told}: `{command}` sends it{take_off}")
            self.data["waiting"].append({"issue": due.name, "why": due.why})
            self._came_to(3)
            return
        self._mail(due)

    def _may_send(self, due: Due) -> bool:
        left = "everybody" if due.people is None else count(due.people, "recipient")
        asked = self.session.confirm if not self.session.options.as_json else None
        return asked is not None and asked(f"{due.name} {due.why}. Mail it to {left} now?", yes=False)

    def _mail(self, due: Due) -> None:
        from digest.cli.sending import hand_over, publish_first, say_end, sent_line
        from digest.cli.sendstatus import sending_data
        from digest.production import mailout

        record = mailout.issue_to_send(self.project, now=self.session.clock(), name=due.name)
        mailout.refuse_after_restore(self.project)
        with mailout.open_transport(self.project, os.environ) as transport:
            transport.check()  # before anything is published or spent
            record = publish_first(self.session, self.project, record)
            if due.corrections:
                self._mail_corrections(transport, record)
                return
            ended = hand_over(self.session, self.project, transport, record)
        self.data["sent"].append(sending_data(ended.sent.record, [(ended.sent.mailing, ended.sent.tally)]))
        self._line(sent_line(ended.sent))
        say_end(self.session, ended.sent)
        self._came_to(ended.exit_code)

    def _mail_corrections(self, transport: Carrier, record: IssueRecord) -> None:
        from digest.cli.sendcorrections import hand_over_corrections

        mailed = hand_over_corrections(self.session, self.project, transport, record)
        if mailed.data:
            self.data["sent"].append(mailed.data)
        self._came_to(mailed.exit_code)

    def _fetch(self) -> None:
        from digest.production.duefeeds import due_feeds

        now = self.session.clock()
        if not due_feeds(self.project, now=now):
            return
        from digest import pipeline
        from digest.cli.fetch import fetch_summary, problem_line

        asked = pipeline.fetch(self.project, now=now, environ=os.environ)
        done = [one.without_entries() for one in asked]
        for one in done:
            for problem in one.reading.problems:
                self.session.say(problem_line(problem, one.reading.source.id))
        new = sum(one.filed.new for one in done)
        failed = [one.reading.source.id for one in done if one.reading.outcome == "failed"]
        self.data["fetched"] = {"sources": len(done), "new": new, "failed": failed}
        self._line(fetch_summary(done))


def _dry_run(session: Session, project: Project) -> int:
    from digest.production.duefeeds import due_feeds
    from digest.production.schedule import due_corrections, due_issues

    now = session.clock()
    due = (*due_issues(project, now=now), *due_corrections(project, now=now))
    feeds = due_feeds(project, now=now)
    inbox = project.settings.inbox
    verdicts = {"send": "would be sent", "ask": "would not be sent unasked", "refuse": "would be refused"}

    def show() -> None:
        if inbox is not None:
            session.line(f"inbox: {inbox.host or inbox.path} would be read")
        for one in due:
            whom = "" if one.people is None else f" to {count(one.people, 'recipient')}"
            session.line(f"{one.name} {one.why}; it {verdicts[one.verdict]}{whom}")
        if feeds:
            session.line(f"{count(len(feeds), 'feed')} would be asked")
        if inbox is None and not due and not feeds:
            session.line("nothing is due")

    data = {
        "inbox": inbox is not None,
        "issues": [{"issue": one.name, "verdict": one.verdict, "why": one.why, "left": one.people} for one in due],
        "feeds": list(feeds),
    }
    session.result(data, show)
    return 0
