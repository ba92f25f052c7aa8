"""``digest subscribers``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb
from digest.cli.options import verb_group
from digest.cli.subscriberkeys import keys_verb
from digest.cli.subscriberlists import dry_run_option, export_verb, import_verb, subscriber_data

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from digest.cli.session import Session
    from digest.model import Subscriber


@verb_group("subscribers")
def verb(session: Session) -> int:
    """Add, import, export, remove and show subscribers.

    The list is kept in the store, which is private, and nowhere else. Somebody who has left stays so: neither an
    import nor adding brings them back, except `add --force` for a person who has asked for it.

    \b
    Example:
      digest subscribers
      digest subscribers import list.csv
      digest subscribers add ada@example.org --name "Ada Byron"
    """
    from digest.deliver.subscribers import count as by_state

    with session.project() as project:
        with project.store.read() as connection:
            states = {str(state): number for state, number in by_state(connection).items()}

        def show() -> None:
            session.table(("state", "subscribers"), list(states.items()), right=(1,))

        session.result({"subscribers": states}, show)
        if not any(states.values()):
            session.next_step("`digest subscribers add ADDRESS`, or `digest subscribers import FILE`")
    return 0


@make_verb("add")
@click.argument("address")
@click.option("--name", metavar="TEXT", default="", help="Who it is.")
@click.option("--language", metavar="TAG", help='BCP 47: "en", "pt-BR".')
@click.option("--topic", "topics", metavar="TEXT", multiple=True, help="What they want to read; may be given again.")
@click.option("--force", is_flag=True, help="Take back somebody who had left, because they asked for it.")
@dry_run_option
def add_verb(session: Session, *, address: str, name: str, language: str | None, topics: tuple[str, ...], force: bool,
             dry_run: bool) -> int:  # fmt: skip
    """Add a subscriber, or change what is known of one.

    \b
    Example:
      digest subscribers add ada@example.org --name "Ada Byron" --language en
    """
    from digest.deliver import subscribers

    with session.project() as project, project.store.write() as connection:
        done = subscribers.add(
            connection, address, name=name, language=language, topics=topics, now=session.now, force=force
        )
        if dry_run:
            connection.rollback()
    said = {
        "added": "is added",
        "updated": "is known; what is new about them is kept",
        "already": "is a subscriber already",
        "returned": "is a subscriber again",
    }[done.outcome]
    data = {**subscriber_data(done.subscriber), "outcome": done.outcome, "written": not dry_run}
    session.result(data, lambda: session.line(f"{done.subscriber.address} {said}"))
    if dry_run:
        session.say("nothing was changed")
    return 0


@make_verb("remove")
@click.argument("address")
@dry_run_option
def remove_verb(session: Session, *, address: str, dry_run: bool) -> int:
    """Mail an address no more, whatever is imported later.

    An address that is no subscriber is remembered too, so that no import brings it in.

    \b
    Example:
      digest subscribers remove ada@example.org
    """
    from digest.deliver import subscribers
    from digest.errors import UsageError
    from digest.text.address import address_problem, tidy

    if problem := address_problem(tidy(address)):
        raise UsageError(f"{address}: the address {problem}", hint="`digest subscribers list` shows who there is")
    with session.project() as project, project.store.write() as connection:
        known = subscribers.remove(connection, address, now=session.now)
        if dry_run:
            connection.rollback()
    if known:
        data, said = subscriber_data(known), f"{known.address} {'would be' if dry_run else 'is'} mailed no more"
    else:
        data = {"address": tidy(address), "state": None}
        said = f"{tidy(address)} was no subscriber; no import will bring it in"
    session.result({**data, "written": not dry_run}, lambda: session.line(said))
    if dry_run:
        session.say("nothing was changed")
    return 0


@make_verb("show")
@click.argument("address")
def show_verb(session: Session, *, address: str) -> int:
    """Show one subscriber, and every message they had.

    \b
    Example:
      digest subscribers show ada@example.org
    """
    from digest.deliver import subscribers
    from digest.errors import DigestError
    from digest.explain.standing import local_time
    from digest.store.messages import messages_to

    with session.project() as project:
        with project.store.read() as connection:
            known = subscribers.find(connection, address)
            left = subscribers.left_because(connection, address)
            if known is None:
                gone = f"; it is on the suppression list: {left}" if left else ""
                raise DigestError(f"{address}: is no subscriber{gone}", hint="`digest subscribers list` shows them")
            happened = subscribers.history(connection, known.id)
            messages = messages_to(connection, known.id)
        zone = project.zone

        def show() -> None:
            for line in _person_lines(known, left, zone):
                session.line(line)
            for event in happened:
                session.line(
                    f"  {local_time(event.at, zone)}  {event.event}" + (f": {event.detail}" if event.detail else "")
                )
            for message in messages:
                detail = f" ({message.detail})" if message.detail and message.state != "sent" else ""
                session.line(f"  {local_time(message.changed, zone)}  {message.issue}: {message.state}{detail}")

        data = {
            **subscriber_data(known),
            "suppressed": left,
            "events": [{"at": one.at, "event": one.event, "detail": one.detail} for one in happened],
            "messages": [
                {"issue": one.issue, "kind": one.kind, "state": one.state, "at": one.changed, "detail": one.detail}
                for one in messages
            ],
        }
        session.result(data, show)
    return 0


@make_verb("list")
@click.option("--all", "everybody", is_flag=True, help="Those who have left, too.")
def list_verb(session: Session, *, everybody: bool) -> int:
    """List the subscribers.

    \b
    Example:
      digest subscribers list
      digest subscribers list --all --json
    """
    from digest.deliver.subscribers import MAILABLE, listing
    from digest.explain.standing import local_time

    with session.project() as project:
        with project.store.read() as connection:
            people = [one for one in listing(connection) if everybody or one.state in MAILABLE]

        def show() -> None:
            rows = [
                (one.address, one.name, one.language, ", ".join(one.topics), one.state,
                 local_time(one.added, project.zone))
                for one in people
            ]  # fmt: skip
            session.table(("address", "name", "language", "topics", "state", "added"), rows)

        session.result({"subscribers": [subscriber_data(one) for one in people]}, show if people else None)
        if not people:
            session.say("there is nobody on the list")
            session.next_step("`digest subscribers add ADDRESS`, or `digest subscribers import FILE`")
    return 0


def _person_lines(subscriber: Subscriber, left: str | None, zone: ZoneInfo) -> list[str]:
    from digest.explain.standing import local_time

    lines = [f"{subscriber.address}  {subscriber.name}".rstrip()]
    lines.append(f"  {subscriber.state}, since {local_time(subscriber.added, zone)}")
    more = [subscriber.language or "", ", ".join(subscriber.topics)]
    if any(more):
        lines.append(f"  {'; '.join(one for one in more if one)}")
    if left:
        lines.append(f"  on the suppression list: {left}")
    return lines


for _command in (add_verb, import_verb, export_verb, remove_verb, show_verb, list_verb, keys_verb):
    verb.add_command(_command)
