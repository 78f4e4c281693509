"""The programming languages that code can be coloured in, by Pygments' names."""

LANGUAGE_NAMES = (
    "ada apl asm awk bash bat c clojure cmake coffeescript common-lisp console cpp csharp css cuda cython "
    "d dart delphi diff docker elixir elm erlang fortran fsharp gdscript gherkin glsl go graphql groovy "
    "haskell hcl hlsl html http ini java javascript json jsx julia kotlin latex less llvm lua makefile "
    "mathematica matlab nasm nginx nim nix objective-c ocaml octave perl php postgres powershell prolog "
    "protobuf python r racket ruby rust sass scala scheme scss smalltalk solidity sparql sql swift "
    "systemverilog tcl tex toml tsx turtle typescript verilog vhdl vim xml yaml zig"
)
LANGUAGES = frozenset(LANGUAGE_NAMES.split())
"""Those whose lexers were tried on hostile text; any other language is shown plain."""
ALIASES = {
    "c#": "csharp",
    "c++": "cpp",
    "cs": "csharp",
    "dockerfile": "docker",
    "ipython": "python",
    "golang": "go",
    "hs": "haskell",
    "js": "javascript",
    "kt": "kotlin",
    "make": "makefile",
    "objc": "objective-c",
    "pl": "perl",
    "postgresql": "postgres",
    "ps1": "powershell",
    "py": "python",
    "python3": "python",
    "rb": "ruby",
    "rs": "rust",
    "sh": "bash",
    "shell": "bash",
    "terraform": "hcl",
    "ts": "typescript",
    "yml": "yaml",
    "zsh": "bash",
}
CLASSES = frozenset(f"language-{name}" for name in LANGUAGES)


def named(language: str) -> str | None:
    """Pygments' name of what people call a language; None if it is not one of ours."""
    name = ALIASES.get(language, language)
    return name if name in LANGUAGES else None
