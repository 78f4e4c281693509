"""Where files are put: what a member is told when there is no room."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from community.members.images import ImageRefused

logger = logging.getLogger(__name__)


class NotKept(ImageRefused):
    """Not the picture's fault: the disk is full, or the bucket away."""


@contextmanager
def room() -> Iterator[None]:
    """Raises NotKept, with words for the member, where the storage takes no file; whoever runs the site reads why."""
    try:
        yield
    except OSError as fault:
        logger.exception("an upload could not be kept")
        raise NotKept(_("The site cannot keep pictures at the moment. Please try again later.")) from fault
