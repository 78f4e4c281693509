"""Markdown to HTML, as `building` reads it: CommonMark with tables, strikethrough, task lists, footnotes and TeX."""

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from community.forum.text.markdown_rules import html_tag, link_references, tasks, tex_block, tex_inline, tex_token
from community.forum.text.references import References

OPTIONS = {"html": False, "maxNesting": 20}
INLINE_ONLY = ("autolink", "backticks", "emphasis", "entity", "escape", "link", "newline", "strikethrough")


def page(source: str) -> tuple[str, References]:
    """The HTML of a post, and whom and what it names."""
    references = References()
    return PAGE.render(source, {"named": references}), references


def line(source: str) -> tuple[str, References]:
    """The HTML of one paragraph without its <p>: no blocks, images, HTML tags or footnotes."""
    references = References()
    return LINE.renderInline(source, {"named": references}), references


def _with_ours(parser: MarkdownIt) -> MarkdownIt:
    parser.inline.ruler.before("escape", "tex", tex_inline)
    parser.core.ruler.before("text_join", "references", link_references)
    parser.add_render_rule("tex", tex_token)
    return parser


def _page_parser() -> MarkdownIt:
    parser = _with_ours(MarkdownIt("commonmark", OPTIONS).enable(["table", "strikethrough"])).use(footnote_plugin)
    parser.core.ruler.after("inline", "tasks", tasks)
    parser.inline.ruler.at("html_inline", html_tag)
    parser.block.ruler.before("fence", "tex", tex_block, {"alt": ["paragraph", "blockquote", "list"]})
    return parser


PAGE = _page_parser()
LINE = _with_ours(MarkdownIt("zero", OPTIONS).enable(INLINE_ONLY))
