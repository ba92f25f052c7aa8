"""What pictures are taken of the slices of an issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.preview.shots import Sitter
from digest.production.editions import readers
from digest.production.outgoing import sample_mail

if TYPE_CHECKING:
    from digest.production.proof import Proof
    from digest.project import Project

MOST_SHOWN = 12
"""Slices in a preview: each takes a second, and nobody looks at a hundred."""


def edition_sitters(project: Project, proof: Proof) -> tuple[Sitter, ...]:
    """The slices with the most readers, in the newsletter's own look."""
    with project.store.read() as connection:
        asked = [one.variant for one in readers(connection, proof.issue, proof.editions)]
    mails = {mail.variant: mail for mail in proof.variants}
    order = [name for name in asked if name in mails] + [name for name in mails if name not in asked]
    shown = [sample_mail(project, mails[name]) for name in order[:MOST_SHOWN]]
    look = project.settings.newsletter.look
    return tuple(Sitter(look=look, mail=mail.html, text=mail.text, page="", variant=mail.variant) for mail in shown)
