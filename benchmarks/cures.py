"""What every cure costs and comes to: the measured table of docs/cures.md, from a finished sweep.

    ganrun sweep configs/sweeps/cures.yaml
    python -m benchmarks.cures runs/cures-sweep-*             print the table
    python -m benchmarks.cures runs/cures-sweep-* --write     and put it into the page

The cost is of a round as the runs of the sweep recorded it, relative to the plain game's, with
whatever else ran beside them. The intervals are those of `ganrun report`. Exit code 1 where trials
of the sweep have no result, whose table would be of some seeds only.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ganrun import wording
from ganrun.influence.case_words import called
from ganrun.report.case_ranking import CaseRow, case_rows
from ganrun.report.design_words import about_design
from ganrun.report.sweep_record import SweepRecord, read_sweep
from ganrun.report.sweep_story import completeness

PAGE = Path(__file__).parents[1] / "docs" / "cures.md"
MARKS = ("<!-- cures: begin -->", "<!-- cures: end -->")
HEADER = """\
| remedy | a round costs | modes recovered | than the plain game | high quality | verdicts |
|---|---|---|---|---|---|"""


def main() -> int:
    """Print the table of a sweep's folder, and write it into the page where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cures", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("sweep", type=Path, metavar="SWEEP_DIR")
    parser.add_argument("--write", action="store_true", help="put the table into docs/cures.md")
    options = parser.parse_args()
    record = read_sweep(options.sweep)
    text = table(record)
    print(text)
    if record.finished < len(record.rows):
        print(completeness(record)[0], file=sys.stderr)
        return 1
    if options.write:
        PAGE.write_text(with_table(PAGE.read_text("utf-8"), text), "utf-8")
    return 0


def table(record: SweepRecord) -> str:
    """The cures from the best to the worst, as a page has them."""
    rounds = wording.plural(record.design.sweep.base.training.steps, "round")
    first = f"{about_design(record.design)}, {rounds}; brackets hold 95 % intervals over the seeds."
    rows = [_row(row) for row in case_rows(record)]
    return "\n".join([first, "", HEADER, *rows])


def with_table(page: str, text: str) -> str:
    """The page with the table in place of the one that it had, if any, at its end."""
    begin, end = MARKS
    before = page.partition(begin)[0].rstrip("\n")
    return f"{before}\n\n{begin}\n\n{text}\n\n{end}\n"


def _row(row: CaseRow) -> str:
    times = "" if row.times_plain is None else f"{row.times_plain:.1f} times"
    than = {"-": "no difference shown"}.get(row.than_plain, row.than_plain)
    numbers = [row.words(name) for name in ("modes_recovered", "high_quality")]
    cells = [f"`{called(row.entry)}`", times, numbers[0], than, numbers[1], row.verdicts]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
