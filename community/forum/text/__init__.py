"""What members write, made safe and readable: Markdown and imported HTML in, HTML and plain text out.

Pure: no database, no settings. Everything here may be called on hostile text of any length.
"""

from community.forum.text.editing import to_markdown
from community.forum.text.excerpts import excerpt
from community.forum.text.headings import heading
from community.forum.text.rendering import Rendered, render, render_inline

__all__ = ["Rendered", "excerpt", "heading", "render", "render_inline", "to_markdown"]
