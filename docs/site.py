"""The site beside the repository: pages that are not in docs/, and links that lead out of it.

MkDocs calls the functions whose names begin with `on_` (`hooks` in mkdocs.yml). The front page is the
README, and each ready query is a page of its own. Documents link to each other as a reader of the
repository needs it; here such a link becomes one that works on the site, and a link to code one to the
repository's address. A link to nothing is left as it is, and MkDocs says so. What pages look like is in
mkdocs.yml.
"""

import re
from pathlib import Path
from posixpath import dirname, normpath, relpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

LINK = re.compile(r"(?<=\]\()(?P<path>[^()\s#:]+)(?P<anchor>#[^()\s]*)?(?=\))")
# Pages of the repository's own folder, and where the site has them.
FROM_ROOT = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
QUERIES = "queries"


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that are files elsewhere, or of another kind."""
    root, docs = Path(config.config_file_path).parent, Path(config.docs_dir)
    for name, page in FROM_ROOT.items():
        files.append(File.generated(config, page, abs_src_path=str(root / name)))
    for query in sorted((docs / QUERIES).glob("*.sql")):
        text = query_page(query.name, query.read_text(encoding="utf-8"))
        files.append(File.generated(config, f"{QUERIES}/{query.stem}.md", content=text))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn the links of one page into those of the site."""
    root = Path(config.config_file_path).parent
    return links_of_the_site(markdown, page.file.src_uri, root, config.extra["repository"])


def query_page(name: str, sql: str) -> str:
    """A ready query as a page: its question, what it says of itself, and its statement."""
    comments, statement = sql.split("\n\n", 1)
    question, *notes = [line.removeprefix("-- ") for line in comments.splitlines()]
    columns = notes.pop().replace("Answers with: ", "Answers with: `").replace(", ", "`, `") + "`"
    block = f'```sql title="docs/{QUERIES}/{name}"\n{statement}```'
    return "\n\n".join([f"# {question}", " ".join(notes), block, columns]) + "\n"


def links_of_the_site(markdown: str, page: str, root: Path, repository: str) -> str:
    """The text of a page with each relative link as the site needs it.

    Args:
        markdown: The text of the page.
        page: Where the site has it, relative to docs/.
        root: The repository's folder, which must have what is linked.
        repository: The address below which the repository's files are read.

    Returns:
        The text; a link to what is not there is unchanged.
    """
    folder = "." if page in FROM_ROOT.values() else dirname(f"docs/{page}")

    def link(match: re.Match[str]) -> str:
        target, anchor = normpath(f"{folder}/{match['path']}"), match["anchor"] or ""
        if target.startswith("..") or not (root / target).exists():
            return match[0]
        if target not in FROM_ROOT and not target.startswith("docs/"):
            return f"{repository}/{target}{anchor}"
        on_site = FROM_ROOT.get(target, target.removeprefix("docs/"))
        if on_site.endswith(".sql"):
            on_site = f"{on_site.removesuffix('.sql')}.md"
        return relpath(on_site, dirname(page) or ".") + anchor

    return LINK.sub(link, markdown)
