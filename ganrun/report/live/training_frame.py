"""One frame of the live display, as text that fits the terminal it is drawn on.

One member has a map of its samples, and beside it its numbers with the course of each; several
have a panel each, as many as fit. Where there is no room for panels, each has a row of numbers
beside one map; where there is none for a map it is left out, and some rows are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

from ganrun import wording
from ganrun.config.metrics import METRICS
from ganrun.playing.progress import MemberProgress, Progress
from ganrun.report.live.courses import Courses
from ganrun.report.live.frame_parts import (
    assembled,
    heading,
    inner_height,
    inner_width,
    justified,
    measuring_words,
    paced_bar,
    rounds_a_second,
)
from ganrun.report.live.live_map import LiveMaps, MapView, legend
from ganrun.report.live.seed_words import (
    covered_words,
    how_all_do,
    in_view,
    is_playing,
    labels_of,
    resumed_words,
)
from ganrun.report.live.small_multiples import draw_multiples, grid_for
from ganrun.report.live.sparkline import scale_of, sparkline
from ganrun.report.live.watcher import Moment
from ganrun.report.palette import SCREEN_BLUE, SCREEN_ORANGE, SCREEN_VERMILLION

LEAST_MAP_ROWS, MOST_MAP_ROWS = 8, 36
MEMBER_COLUMNS = ("modes_covered", "high_quality", "loss_d", "loss_g")
COURSES = {"modes_covered": SCREEN_BLUE, "loss_d": SCREEN_BLUE, "loss_g": SCREEN_ORANGE}
"""Numbers whose course is drawn, in which colour."""
MOST_COURSE_ROWS = 5
SIDE_WIDTH, ALONE_WIDTH = 45, 30
"""Columns that the widest row of numbers takes, of several members and of one."""
MOST_SIDE_WIDTH = 90
"""Columns that the numbers of one member fill at most."""
AROUND_MAP = 5
"""Columns beside a map that nothing else is drawn in."""
PHASES = {
    "compiling": "compiling the game",
    "training": "training",
    "measuring": "measuring",
}
"""What a phase is called on screen."""


def draw_frame(
    progress: Progress | None,
    maps: LiveMaps,
    courses: Courses,
    moment: Moment,
    *,
    title: str,
    stage: str = "",
) -> Text:
    """The whole display as lines of at most `width - 1` cells, at most `height - 1` of them."""
    members = progress.members if progress is not None else ()
    head = [_heading(progress, title, stage, moment), _bar(progress, moment), Text("")]
    room = inner_height(moment) - len(head)
    if len(members) == 1:
        body = _alone(members[0], maps, courses, room, moment)
    else:
        body = _together(members, maps, courses, room, moment)
    return assembled([*head, *body], moment)


def _together(
    members: Sequence[MemberProgress], maps: LiveMaps, courses: Courses, room: int, moment: Moment
) -> list[Text]:
    """A panel for each of several members, or a row for each beside one map."""
    width, ascii_only = inner_width(moment), moment.ascii_only
    grid = grid_for(len(members), width, room - 2) if members else None
    if grid is not None:
        panels = draw_multiples(members, maps, courses, grid, ascii_only=ascii_only)
        return [*panels, Text(""), _key_to_panels(ascii_only)]
    rows = _map_rows(width - SIDE_WIDTH, room)
    side = _many_members(members, rows or max(room, 0), narrow=width < SIDE_WIDTH)
    shown = _member_to_map(members)
    view = maps.view(shown, rows, ascii_only) if rows else None
    return (
        _with_map(view, rows, side, legend(view, _whose(members, shown), ascii_only))
        if view
        else side
    )


def _alone(
    member: MemberProgress, maps: LiveMaps, courses: Courses, room: int, moment: Moment
) -> list[Text]:
    """The map of one member, and its numbers with their courses."""
    width, ascii_only = inner_width(moment), moment.ascii_only
    rows = _map_rows(width - ALONE_WIDTH, room)
    if not rows:
        courses_width = max(min(width - 2, MOST_SIDE_WIDTH), 1)
        return _one_member(member, None, courses, room, courses_width, ascii_only)
    view = maps.view(member, rows, ascii_only)
    breadth = min(width - 2 * rows - AROUND_MAP, MOST_SIDE_WIDTH)
    side = _one_member(member, view, courses, rows, breadth, ascii_only)
    whose = f"seed {member.seed}" if member.samples is not None else ""
    return _with_map(view, rows, side, legend(view, whose, ascii_only))


def _with_map(view: MapView, rows: int, side: Sequence[Text], key: Text) -> list[Text]:
    beside = zip_longest(view.lines, side, fillvalue=Text(""))
    return [*(_beside(left, right, 2 * rows) for left, right in beside), Text(""), key]


def _key_to_panels(ascii_only: bool) -> Text:
    text = Text("  ").append("." if ascii_only else "⡪").append(" samples   ", "dim")
    text.append("O" if ascii_only else "○", SCREEN_BLUE).append(" true modes   ", "dim")
    text.append("0", f"bold {SCREEN_VERMILLION}").append(" not covered   ", "dim")
    text.append("_.-*#" if ascii_only else "▁▃▅█", SCREEN_BLUE)
    return text.append(" modes covered by round", "dim")


def _whose(members: Sequence[MemberProgress], member: MemberProgress | None) -> str:
    if member is None:
        return ""
    of_one = len({one.name for one in members}) == 1
    return f"seed {member.seed}" if of_one else f"{member.name}, seed {member.seed}"


def _member_to_map(members: Sequence[MemberProgress]) -> MemberProgress | None:
    """The first member that is being trained, else the first that has any samples to show."""
    mapped = [member for member in members if member.samples is not None]
    return next((member for member in mapped if is_playing(member)), mapped[0] if mapped else None)


def _map_rows(width: int, room: int) -> int:
    """Lines of a map in so much room, its key below it; 0 where there is no room for one."""
    rows = min((width - AROUND_MAP) // 2, room - 2, MOST_MAP_ROWS)
    return rows if rows >= LEAST_MAP_ROWS else 0


def _heading(progress: Progress | None, title: str, stage: str, moment: Moment) -> Text:
    if progress is None:
        return heading(title, "starting", "", moment)
    members = progress.members
    kind = "seeds" if len({member.name for member in members}) == 1 else "runs"
    whose = f"seed {members[0].seed}" if len(members) == 1 else f"{len(members):,} {kind}"
    about = ", ".join(filter(None, [stage, whose, resumed_words(members)]))
    done, total = progress.rounds_done, progress.rounds_total
    far = f"{done:,} of {total:,}"
    right = f"round {far}" if len(members) == 1 else f"{far} rounds"
    if progress.measuring is not None:
        right = measuring_words(progress.measuring, moment.seconds_since_update)
    elif progress.phase != "training":
        so_far = wording.duration(moment.seconds_elapsed)
        right = f"{PHASES[progress.phase]}, {so_far} so far"
    return heading(title, about, moment.ending or right, moment)


def _bar(progress: Progress | None, moment: Moment) -> Text:
    if progress is None:
        return paced_bar(0, 0, "", None, moment)
    speed, left = "", None
    if progress.phase == "training":
        speed, left = rounds_a_second(progress.rounds_per_second), progress.seconds_left
    return paced_bar(progress.rounds_done, progress.rounds_total, speed, left, moment)


def _one_member(
    member: MemberProgress,
    view: MapView | None,
    courses: Courses,
    height: int,
    width: int,
    ascii_only: bool,
) -> list[Text]:
    """A member's numbers, with the courses of some in as many lines as there are."""
    quality = Text(wording.percent(member.high_quality))
    losses = (Text(wording.value(loss)) for loss in (member.loss_d, member.loss_g))
    shares = _shares(view, height - len(MEMBER_COLUMNS), width, ascii_only) if view else []
    over = ["", "diverged: no longer finite"] if member.diverged else []
    left = height - len(MEMBER_COLUMNS) - len(shares) - len(over)
    rows = min(max(left // len(COURSES), 0), MOST_COURSE_ROWS)
    drawn = _courses(member, courses, rows, width, ascii_only) if rows else {}
    lines = []
    numbers = (covered_words(member), quality, *losses)
    for name, words in zip(MEMBER_COLUMNS, numbers, strict=True):
        lines.append(Text().append(f"{METRICS[name].called:<15}", "dim").append_text(words))
        lines += drawn.get(name, [])
    lines += [Text(words, SCREEN_VERMILLION) for words in over]
    return [*lines, *shares][:height]


def _courses(
    member: MemberProgress, courses: Courses, rows: int, width: int, ascii_only: bool
) -> dict[str, list[Text]]:
    """The course of each number; the losses on one scale, as they are told against each other."""
    course = courses.of(member)
    values = {name: course.of(name, width) for name in COURSES}
    losses = scale_of(values["loss_d"], values["loss_g"])
    scales = dict.fromkeys(COURSES, losses) | {"modes_covered": (0.0, float(member.modes_total))}
    return {
        name: sparkline(values[name], scales[name], rows=rows, style=hue, ascii_only=ascii_only)
        for name, hue in COURSES.items()
    }


def _shares(view: MapView, room: int, width: int, ascii_only: bool) -> list[Text]:
    """A bar for every mode's share of the samples, where there is room for all of them."""
    if view.shares is None or len(view.shares) + 2 > room:
        return []
    longest = max(float(view.shares.max()), 1 / len(view.shares))
    breadth = min(max(width - 14, 8), 48)
    lines = [Text(""), Text("share of the samples by mode", "dim")]
    for mode, share in enumerate(view.shares):
        line = Text()
        lost = mode in view.missing
        line.append(f"{mode:>4}  ", f"bold {SCREEN_VERMILLION}" if lost else "dim")
        filled = round(breadth * float(share) / longest)
        line.append(("#" if ascii_only else "━") * filled + " " * (breadth - filled), SCREEN_BLUE)
        lines.append(line.append(f" {wording.percent(float(share)):>6}"))
    return lines


def _many_members(members: Sequence[MemberProgress], height: int, narrow: bool) -> list[Text]:
    """A row of numbers for each member, as many as fit."""
    if not members:
        return []
    labels = labels_of(members)
    breadth = max(4, *(len(label) for label in labels))
    covered, quality, *losses = (METRICS[name].called for name in MEMBER_COLUMNS)
    columns = f"{'seed':>{breadth}}  {covered}"
    if not narrow:
        # What is cut leaves room for the map.
        columns = "  ".join([columns, f"{quality:.6}.", *losses])
    room = max(height - 1 if len(members) < height else height - 3, 0)
    shown = in_view(members, room)
    mark = not all(is_playing(member) for member in members)
    lines = [Text(columns, "dim")]
    for label, member in zip(labels[shown], members[shown], strict=True):
        line = Text(f"{label:>{breadth}}{'>' if mark and is_playing(member) else ' '} ")
        line.append_text(justified(Text(""), covered_words(member), 13))
        if member.diverged:
            line.append("  diverged", SCREEN_VERMILLION)
        elif member.round == 0:
            line.append("  waiting", "dim")
        elif not narrow:
            line.append(f"  {wording.percent(member.high_quality):>7}")
            line.append(f"  {wording.value(member.loss_d):>6}  {wording.value(member.loss_g):>6}")
        lines.append(line)
    if room < len(members):
        lines += how_all_do(members, len(members) - room)
    return lines[: max(height, 0)]


def _beside(left: Text, right: Text, left_width: int) -> Text:
    line = Text("  ").append_text(left)
    line.append(" " * (left_width - cell_len(left.plain) + 3))
    return line.append_text(right)
