"""The example newsletter that comes with digest, built: the mail of its issue in every look."""

from __future__ import annotations

import functools
import shutil
import tempfile
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from digest import pipeline
from digest.disk import shipped
from digest.render.mail import render_mail
from digest.render.templates import Templates, looks
from tests.support.project import opened

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)  # as in the Makefile


@functools.cache
def example_mails() -> dict[str, str]:
    """The HTML part by look."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        shutil.copytree(shipped("feeds"), root / "feeds")
        shutil.copy(shipped("digest.toml"), root)
        with opened(root) as project:
            list(pipeline.fetch(project, now=NOW))
            pipeline.draft(project, now=NOW)
            proof = pipeline.check(project, now=NOW).proof
            settings = project.settings
        mail = partial(
            render_mail, proof.issue, settings=settings, entries={entry.id: entry for entry in proof.entries}
        )
        return {
            look: mail(templates=Templates(look, root), number=1, on=date(2026, 11, 20)).html for look in looks(root)
        }
