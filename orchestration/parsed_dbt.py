"""dbt, started on a project that is parsed already: `parsed_dbt.py <manifest.msgpack> build --select …`.

dbt's own partial parsing takes everything for new when the profile is another, and the profile holds the
warehouse's path: each data folder would parse the whole project in its first run. Here dbt is given the
manifest (its documented way of calling it from Python), and parses nothing.
"""

import sys
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest


def main(parsed: str, *arguments: str) -> int:
    """Run dbt; its exit code."""
    manifest = Manifest.from_msgpack(Path(parsed).read_bytes())
    # What models see of the project as `graph`: dbt makes it after parsing, which is skipped here.
    manifest.build_flat_graph()
    done = dbtRunner(manifest).invoke(list(arguments))
    if done.exception:
        print(done.exception, file=sys.stderr)
    return 0 if done.success else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
