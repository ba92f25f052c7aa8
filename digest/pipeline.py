"""The whole of digest on one screen: Source → Entry → Story → Briefing → Issue → Mail and page → Delivery → Archive.

Each function is one verb of the command line and can be called from Python::

    from datetime import UTC, datetime
    from pathlib import Path
    from digest import pipeline
    from digest.project import open_project

    with open_project(Path("my-brief")) as project:
        for fetched in pipeline.fetch(project, now=datetime.now(UTC)):
            print(fetched.reading.source.name, fetched.filed.new)
        pipeline.draft(project, now=datetime.now(UTC))

Looking (fetch, draft, render, check) consumes nothing: entries are spent when ``publish`` writes an issue's first page
or ``send`` hands over its first message, and only then.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from digest.errors import StateError, UsageError
from digest.model import IMPORTED_BY, Finding, IssueRecord
from digest.project import news_from, period_of, require_issue
from digest.store import entries, issues
from digest.store.corrections import corrections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from digest.deliver.carrier import Carrier
    from digest.deliver.delivery import Clock
    from digest.preview.shots import Sitter
    from digest.production.asking import Heard
    from digest.production.drafts import Drafted
    from digest.production.intake import Fetched
    from digest.production.mailout import Sent
    from digest.production.proof import Proof
    from digest.project import Project
    from digest.store.claims import Claim

_NO_VARIABLES: Final[Mapping[str, str]] = MappingProxyType({})


def _to_nobody(_said: str) -> None:
    """Where what is said goes when nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A rendered issue and what the gate says of it."""

    proof: Proof
    findings: tuple[Finding, ...]

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.blocks)


def fetch(
    project: Project,
    *,
    now: datetime,
    ask_all: bool = False,
    claim: Claim | None = None,
    environ: Mapping[str, str] = _NO_VARIABLES,
) -> Iterator[Fetched]:
    """Ask every source that is due and file what is new. Yields each source's result when it is on the disk.

    With a ``claim`` only its feeds, and no file is read. Without, feeds are left to workers: all while any fetch, but
    with ``ask_all`` those of the hosts they are at.
    ``environ`` has the variables that name proxies and hold the passwords of feeds.
    """
    from digest.gather.known import Known
    from digest.gather.reading import gather
    from digest.production.duefeeds import wanted_by, wanted_here
    from digest.production.intake import StoreMemory, file_readings, left_to_workers

    with project.store.read() as connection:
        if claim is None:
            wanted = wanted_here(project, connection, now=now, ask_all=ask_all)
            known = Known.of(entries.local_files(connection))
        else:
            wanted, known = wanted_by(project, connection, claim, now=now), None
        news = news_from(project, connection, now=now)
    with project.store.look() as connection:
        readings = gather(
            wanted.sources,
            wanted.states,
            root=project.root,
            settings=project.settings.gather,
            newsletter_url=project.settings.newsletter.url,
            zone=project.zone,
            now=now,
            ask_all=ask_all,
            known=known,
            memory=StoreMemory(connection),
            news_from=news,
            environ=environ,
        )
        yield from file_readings(project.store, readings, wanted.states, now=now, news_from=news, claim=claim)
    yield from left_to_workers(wanted)


def draft(
    project: Project,
    *,
    now: datetime,
    name: str | None = None,
    dry_run: bool = False,
    model: bool = True,
    environ: Mapping[str, str] = _NO_VARIABLES,
    say: Callable[[str], object] = _to_nobody,
) -> Drafted:
    """Write the issue file, or bring what is new into an edited one; an approved one is left alone.

    The model of ``[assist]`` is asked only for a file that is written; else only what it answered before is shown.

    Args:
        project: the newsletter.
        now: the time of the draft.
        name: of the issue; None: the one in work.
        dry_run: change nothing, and ask no model.
        model: whether ``[assist]`` is heeded.
        environ: has the model's key, and names proxies.
        say: is told before something takes long.

    Raises:
        IssueFileError: the edited file cannot be read; it is left as it is.
        BusyError: another digest is at work on the issues of this newsletter, or an editor saved the file meanwhile.
        UsageError: the model's key is missing.
    """
    from digest.production.clipping import offline
    from digest.production.drafts import make_draft

    with nullcontext() if dry_run else project.working():
        return make_draft(
            project,
            now=now,
            name=name,
            dry_run=dry_run,
            model=model,
            environ=environ,
            say=say,
            read_files=lambda: list(fetch(offline(project), now=now)),
        )


def check(
    project: Project,
    *,
    now: datetime,
    name: str | None = None,
    online: bool = False,
    environ: Mapping[str, str] = _NO_VARIABLES,
    say: Callable[[str], object] = _to_nobody,
) -> Checked:
    """Render the issue in memory and run every rule over it. Blocks nothing by itself.

    Args:
        project: the newsletter.
        now: the time of the look.
        name: of the issue; None: the one in work.
        online: whether its links and its sender's domain are asked for; takes seconds.
        environ: names proxies.
        say: is told before something takes long.
    """
    from digest.production.asking import NOTHING, ask_network
    from digest.production.faults import find_faults
    from digest.production.proof import make_proof
    from digest.production.refreshing import keep_version

    with project.store.read() as connection:
        record = require_issue(project, connection, now=now, name=name)
        proof = make_proof(project, connection, record)
    heard = ask_network(project, proof.issue, proof.mail, now=now, environ=environ, say=say) if online else NOTHING
    with project.store.read() as connection:
        findings = find_faults(
            project, connection, proof.issue, proof.mail, now=now, record=record, heard=heard, variants=proof.variants
        )
    keep_version(project, period_of(record), proof.issue.text, now=now)
    return Checked(proof=proof, findings=findings)


def render(project: Project, *, now: datetime, name: str | None = None) -> tuple[Checked, tuple[Path, ...]]:
    """Render the issue into ``build/<issue>/``; all of it is made before the first file is written.

    Raises:
        BlockedError: a story is under embargo; nothing is written.
    """
    from digest.production.faults import refuse_embargoed
    from digest.production.outgoing import sample_mail, sample_message
    from digest.production.proof import write_proof

    checked = check(project, now=now, name=name)
    refuse_embargoed(checked.findings)
    mails = [sample_mail(project, mail) for mail in (checked.proof.mail, *checked.proof.variants)]
    message = sample_message(project, checked.proof.mail, checked.proof.record, now=now)
    return checked, write_proof(project, checked.proof, mails[0], message, mails[1:])


def sitters(project: Project, checked: Checked, *, every_look: bool = False) -> tuple[Sitter, ...]:
    """What pictures are taken of: a rendered issue in the newsletter's look, or in every look there is.

    Raises:
        TemplateError: a look is wrong.
    """
    from digest.preview.shots import Sitter
    from digest.production.outgoing import sample_mail
    from digest.production.proof import make_proof
    from digest.render.templates import looks

    own = project.settings.newsletter.look
    proofs = {own: checked.proof}
    with project.store.read() as connection:
        for look in looks(project.root) if every_look else ():
            if look != own:
                proofs[look] = make_proof(_with_look(project, look), connection, checked.proof.record)
    mails = {look: sample_mail(project, proof.mail) for look, proof in sorted(proofs.items())}
    return tuple(
        Sitter(look=look, mail=mail.html, text=mail.text, page=proofs[look].page) for look, mail in mails.items()
    )


def approve(
    project: Project,
    *,
    by: str,
    now: datetime,
    name: str | None = None,
    online: bool = False,
    environ: Mapping[str, str] = _NO_VARIABLES,
    say: Callable[[str], object] = _to_nobody,
) -> Checked:
    """Freeze the issue's text and the bytes of every form it leaves in. Approved already, it stays as it was.

    Args:
        project: the newsletter.
        by: who approves.
        now: the time of the approval.
        name: of the issue; None: the one in work.
        online, environ, say: as ``check`` has them.

    Raises:
        BlockedError: the gate found something that must not go out.
        ChangedError: it is approved already, and was changed since.
        StateError: it is out already.
        UsageError: nobody can be called so.
    """
    from digest.production.asking import NOTHING
    from digest.production.desk import take_desk
    from digest.production.faults import find_faults, refuse_blocked
    from digest.production.frozen import frozen_parts
    from digest.production.proof import make_proof, require_unchanged

    if by == IMPORTED_BY:
        raise UsageError(f"approve: {by!r} marks issues that came from elsewhere", hint="give another name")
    heard = _heard(project, now=now, name=name, environ=environ, say=say) if online else NOTHING
    with project.working(), project.store.write() as connection:
        record = require_issue(project, connection, now=now, name=name)
        if record.has_left:
            raise StateError(f"{record.name} is out already", hint="`digest draft` begins the next issue")
        if record.state == "approved":
            require_unchanged(project, connection, record, frozen_parts(connection, record))
            return Checked(proof=make_proof(project, connection, record), findings=())
        numbered = replace(record, number=issues.next_number(connection, record))
        proof = make_proof(project, connection, numbered)
        findings = find_faults(
            project, connection, proof.issue, proof.mail, now=now, record=numbered, heard=heard, variants=proof.variants
        )
        refuse_blocked(record.name, findings)
        text, base, parts = proof.issue.text, proof.issue.base, proof.parts(project.settings)
        issues.save_version(connection, record.name, text, origin="approved", base=base, now=now)
        take_desk(project, connection, record.name)
        issues.approve_issue(connection, record.name, by=by, number=numbered.number, now=now, parts=parts)
        approved = issues.get_issue(connection, record.name) or record
    return Checked(proof=replace(proof, record=approved), findings=findings)


def reopen(project: Project, *, now: datetime, name: str | None = None) -> IssueRecord:
    """Undo an approval before anything left."""
    with project.working(), project.store.write() as connection:
        record = require_issue(project, connection, now=now, name=name)
        issues.reopen_issue(connection, record.name)
        return issues.get_issue(connection, record.name) or record


def publish(project: Project, *, now: datetime, name: str | None = None) -> tuple[Path, ...]:
    """Write the issue's pages, spend its entries, write the rest of the site, and run ``[publish] command``.

    Raises:
        StateError: the issue is not approved.
        ChangedError: the file, a template or digest.toml changed since the approval.
        BlockedError: a story is under embargo.
        DigestError: the command failed; the pages are written and the issue is out.
    """
    from digest.production import outgoing
    from digest.production.archiving import require_publishable, write_site

    with project.working():
        with project.store.read() as connection:
            record = require_issue(project, connection, now=now, name=name)
            require_publishable(project, connection, record, now=now)
            told = len(corrections(connection, issue=record.name))
        published = write_site(
            project, now=now, leaving=record, mark_out=lambda: outgoing.mark_out(project, record, now=now)
        )
    outgoing.run_publish_command(project)
    outgoing.mark_published(project, record, told=told)
    return published


def send(
    project: Project, transport: Carrier, *, clock: Clock, fresh_secret: Callable[[], str], name: str | None = None
) -> Sent:
    """Hand the published issue to everyone who does not have it yet. See digest.production.mailout for more."""
    from digest.production import mailout

    record = mailout.issue_to_send(project, now=clock.now(), name=name)
    return mailout.send(project, transport, record, clock=clock, fresh_secret=fresh_secret)


def _heard(
    project: Project, *, now: datetime, name: str | None, environ: Mapping[str, str], say: Callable[[str], object]
) -> Heard:
    """What the network says of a draft; asked before the transaction that writes, for hosts take their time."""
    from digest.production.asking import NOTHING, ask_network
    from digest.production.proof import make_proof

    with project.store.read() as connection:
        record = require_issue(project, connection, now=now, name=name)
        proof = make_proof(project, connection, record) if record.state == "draft" else None
    return ask_network(project, proof.issue, proof.mail, now=now, environ=environ, say=say) if proof else NOTHING


def _with_look(project: Project, look: str) -> Project:
    """The newsletter as if digest.toml named another look."""
    from msgspec import structs

    settings = project.settings
    other = structs.replace(settings, newsletter=structs.replace(settings.newsletter, look=look))
    return replace(project, config=replace(project.config, settings=other))
