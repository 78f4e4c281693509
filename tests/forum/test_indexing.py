import pytest
from django.contrib.postgres.search import SearchQuery

from community.forum import editing, indexing
from community.forum.indexing import lexemes
from community.forum.models import Post
from tests import builders


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sorting lists, quickly!", ["sorting", "list", "quickly"]),
        ("Queries of classes", ["query", "of", "class"]),
        ("class bus status is", ["class", "bus", "status", "is"]),
        ("Café naïve ÉCOLE ﬁle", ["cafe", "naive", "ecole", "file"]),
        ("ＡＢＣ１２", ["abc12"]),
        ("C++ and C# or F#.", ["c++", "and", "c#", "or", "f#"]),
        ("node.js", ["node.js", "node", "js"]),
        ("max_connections", ["max_connections", "max", "connection"]),
        ("数据库连接池", ["数据", "据库", "库连", "连接", "接池"]),
        ("用Redis做缓存", ["用", "redi", "做缓", "缓存"]),
        ("один два", ["один", "два"]),
        ("it's a 'quote'", ["it", "s", "a", "quote"]),
        ("", []),
        ("?!… 😀", []),
    ],
)
def test_words_are_folded_stemmed_and_chinese_goes_in_pairs(text, words):
    assert lexemes(text) == words


PAIRS = "index indexes, query queries, tree trees, class classes, cache caches, size sizes, API APIs, use uses"


@pytest.mark.parametrize("pair", PAIRS.split(", "))
def test_a_plural_and_its_singular_are_one_word(pair):
    one, many = lexemes(pair)
    assert one == many


def test_the_title_weighs_more_than_tags_and_tags_more_than_the_text():
    assert indexing.vector(title="Sort", tags=["sql"], plain="sort it") == "'sort':1A,3C 'sql':2B 'it':4C"


def test_a_compound_stands_at_the_place_of_its_first_part():
    assert indexing.vector(plain="the node.js way") == "'the':1C 'node.js':2C 'node':2C 'js':3C 'way':4C"


@pytest.mark.parametrize(
    "text", ["word " * 100_000, " ".join(f"w{n}" for n in range(100_000)), "字" * 60_000, "x" * 60_000, "'\\ :A" * 900]
)
@pytest.mark.django_db
def test_postgresql_takes_any_document(text):
    post = builders.opening(builders.discussion())
    Post.objects.filter(pk=post.pk).update(search=indexing.document(plain=text))
    assert Post.objects.filter(pk=post.pk, search__isnull=False).exists()


@pytest.mark.django_db
def test_a_post_is_indexed_with_its_title_and_tags_and_anew_when_they_change(alice):
    def finds(words: str) -> bool:
        query = SearchQuery(words, search_type="raw", config="simple")
        return Post.objects.filter(pk=post.pk, search=query).exists()

    builders.question(tags=["redis"])
    post = builders.opening(builders.question(alice, title="Slow joins", body="Why?", tags=["sql"]))
    assert finds("join & sql & why")
    editing.edit(post, editor=alice, title="Slow merges", body="How?", tags=["redis"], version=1)
    assert finds("merge & redi & how")
    assert not finds("join | sql | why")
