"""What the arena's server and its pages say to each other, over one WebSocket at `/live`.

Version 1. Text frames hold one JSON object with a `type`; binary frames are pictures of a game.

The page says (at most 64 KiB a message; fields marked ? may be left out or null):

    {"type": "play"}
    {"type": "pause"}
    {"type": "step", "what": "round" | "discriminator" | "generator", "game"?: id}
        Pauses, and takes one round, or one step of one player; in all games if none is named.
    {"type": "set", "game"?: id, "field": "optimizer.learning_rate", "value": 3e-4}
        `field` is one of `hello.schema`, in its groups or fields: a whole piece
        (`training.updates`: {"consensus": {"weight": 3}}; `penalties.r1`: {"weight": 1}, or null)
        or, of one that is in use, a number (`penalties.r1.weight`); `penalties` and `target` are
        given whole: {"r1": {"weight": 1.0}};
        {"layout": "ring", "modes": 8, "radius": 2, "std": 0.05}; drawn by hand:
        {"layout": "custom", "means": [[x, y], ...], "stds": [0.1, ...], "weights"?: [...]}).
        The learning rate of the discriminator is learning_rate * learning_rate_ratio.
        In all games if none is named. At round 0 of an untouched game this changes its config;
        later it is an event, and the game is `touched`; a game that has diverged stands still, and
        the value is for when it is reset.
    {"type": "reset", "game"?: id}       Back to round 0 with the present settings; untouched again.
    {"type": "reseed", "seed"?: n}       All games from round 0 with another seed, drawn if none.
    {"type": "add", "copy_of": id, "label"?: text}
        A copy of a game as it stands, with its state, its settings and its past.
    {"type": "branch", "game": id, "round": n, "label"?: text}
        A copy of a game as it last stood at round n, what was done there included, and its past up
        to there. Left alone, it becomes what its original became, to the bit.
    {"type": "rewind", "game": id, "round": n}
        The game itself goes back there, and forgets what came later. Both are played again from the
        nearest state that was kept, which may take seconds; n is at most its present round.
    {"type": "remove", "game": id}       Not the last one.
    {"type": "stage", "games": [{"label": text, "overrides": {field: value}}, ...]}
        All games are replaced by these, at round 0 with the present seed, and paused. `overrides`
        are on top of the config that the arena was started with; beside the fields of `set`, those
        of `hello.schema.stage_fields` may be named.
    {"type": "speed", "rounds_per_second"?: n}     At most so many; none: as fast as it goes.
    {"type": "save", "game": id}         Saves the game as it stands now; the answer takes a while.
    {"type": "config", "game": id}       Asks for its YAML.
    {"type": "seen", "frame": n}         See below.

The server says:

    {"type": "hello", "version": 1, "schema": {...}, "config": {...}, "name": text,
     "runs_dir": text, "frames_ahead": n, and all that `state` holds}      first, and once
    {"type": "state", "playing": bool, "rounds_per_second": n | null, "seed": n, "games": [Game]}
        whenever any of it changes, so that two tabs agree; the newest is all that counts.
        Game: {"id": n, "label": text (which names its modes, where they are not those that it was
               called for), "ready": bool (false while it is being compiled),
               "touched": bool, "events": number of them,
               "saving": 0..1 (all rounds are played: it is being measured) | null,
               "config": {nested, as in YAML; seeds holds one},
               "target": {"extent": [x0, x1, y0, y1],
                          "modes": [{"x", "y", "rx", "ry", "angle", "weight"}, ...]},
               "objective": {"middle", "probability", "uphill", "reach"} (`page/objective.py`),
               "company": text (how to read a field that is not of one point alone), or "",
               "reference": {metric: {"mean", "p5", "p95"}} | null (perfect samples; comes later)}
        `extent` is the window of the field and of the view; rx and ry are the radii of the 3-std
        ellipse, angle is that of rx in radians.
    {"type": "compiling", "game": id}    It stands still until a `state` says that it is ready: its
        program is being compiled, or its past played again.
    {"type": "saved", "game": id, "path": text, "kind": "run" | "interactive", "found": bool}
        `found`: an ordinary run that had been there already.
    {"type": "config", "game": id, "yaml": text}
    {"type": "error", "message": text, "game"?: id, "field"?: text}
        What was asked for was not done; nothing else has changed.

    schema: {
        "groups": [{"title", "fields": [Control, ...]}, ...]   every rule that may be changed
        "fields": [Control, ...]     the target, and the width of its modes
        "layouts": [{"name", "label", "description", "by_hand": bool (its means are drawn),
                     "from_file": bool (a config has read its points: no page chooses it),
                     "fields": [Control; `field` is a bare name]}],
        "metrics": [{"name", "label", "description", "plain", "perfect",
                     "better": "higher" | "lower" | null}],
        "verdicts": [{"word", "description", "tone": "good" | "warn" | "bad"}],
        "stage_fields": [field, ...],
        "can": ["save", "config", "branch", "rewind"]   what is not named here is not done
        "limits": {"games", "modes", "seed", "label": characters in one,
                   "view": half the side of the window on a target drawn by hand}}
    Control: {"field", "label", "description", "unit"?, "traced": bool, "default",
        "kind": "number" | "whole" | "switch" | "choice" | "optional" | "target",
        "paper"?, "story"?           of a remedy: who proposed it, what it does to the game
        of a number:
            "least", "most"          what is admitted
            "low", "high"            ends for a slider
            "scale": "log" | "linear" | "decay" (by equal factors of what is left to 1),
            "nullable": bool, "empty"?: what null means,
            "users"?: [the optimizers that use it; without, all do]
        of a choice: "choices": [{"name", "label", "description", "paper"?, "story"?,
            "called"?: its label where it stands alone, "chosen": what `field` is set to,
            "parameters"?: [Control of a number; its field is `field.name.parameter`]}]
        of what is there or not (null): "chosen": what it begins with,
            "parameters": [Control; where it is one number, its field is `field` itself]}

A picture is a binary frame: the length of a header (uint32, little-endian), the header (JSON,
UTF-8), spaces up to the next multiple of 4, and arrays (float32, little-endian, row by row). The
header:

    {"game": id, "frame": n (rises, over all games), "round": n, "playing": bool,
     "age": n (another one where what was counted so far is of another game, or of other modes),
     "rounds_per_second": measured over the last second, of this game | null,
     "diverged_at": round | null,
     "trace": {every metric of a round}    of the latest round; null where there is none
     "metrics": {"round": n, "shares": [K], "covered": [K bool, or null where a mode is not, and
                 perfect samples do not show it either], every metric of an evaluation} | null
     "modes_recovered": {"count": n, "modes": [k, ...], "at_round": n, "beyond": n | null (the most
                 that perfect samples reach, where the count is above it)} | null    (about once a
                 second, so it may lag)
     "verdict": {"word", "short", "words", "evidence", "at_round"} | null (so far; likewise)
     "caught": {"forged": share of the samples that the detective takes for forged,
                "real": share of the real points that it takes for real} | null (of a critic; where
                the detective looks at packs of points, shares of packs)
     "arrays": [{"name": "samples", "shape": [N, 2], "dtype": "f32", "offset": bytes from the
                 start of the message},
                {"name": "field", "shape": [G, G], ...}]}

The arrays:

    samples [N, 2]       forgeries; of the same latent points in every picture, so that they move
                         and do not flicker
    field [G, G]         the discriminator's logit on a grid over the target's extent, rows along y
                         from the lowest
    real [B, 2]          real points (B is at most 128), others in every round
    latents [N, 2]       the first two coordinates of what the samples were made of; [N, 1] of a
                         latent that has one
    manifold [L, L, 2]   the generator's image of a net over the central 98 % of its first two
                         latent coordinates, the others at 0; its lines stand at equal steps of
                         probability (`game/manifold.py`), the first index along the first
                         coordinate; [L, 1, 2] of a latent of one dimension, and not there where
                         the coordinates are not drawn alike (a mixture, particles)

Any but `samples` and `field` may be missing. What is not finite is null in the header.

Pictures are dropped, not queued: a page gets the newest of each game whenever it can take one. So
that the network's buffers do not fill, a page says {"type": "seen", "frame": n} when it has drawn
pictures, n being the largest number among them; it is then sent at most `frames_ahead` pictures per
game beyond that. To a page that never says so, as many are sent as the socket takes.

A message that cannot be used is answered by one `error`; a page that sends too many of them, too
many messages, or more than is done meanwhile, is told so and let go (close code 1008), and so is
one that takes nothing of what it is sent. What is longer than 64 KiB ends the connection (1009).
At most 16 pages are served (else status 503), and only those that know the arena's token
(`/live?token=...`; else 403).
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from numpy import ndarray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ganrun.config.schema import Seed

VERSION = 1
LARGEST_MESSAGE = 64 * 1024
"""Bytes."""
MOST_GAMES = 6
MOST_CLIENTS = 16
LONGEST_LABEL = 60
FRAMES_AHEAD = 3
"""Pictures per game that a page which says what it has seen may be behind."""
MOST_OVERRIDES = 100
"""Fields of a staged game: every rule of it, and then some."""
DEEPEST = 8
"""Levels of nesting in a message."""
FASTEST = 1_000_000
"""The largest limit on rounds per second."""
CAN = ("save", "config", "branch", "rewind")
"""What not everyone who speaks this protocol can do, and this server can."""


class ProtocolError(Exception):
    """A message that cannot be used; one line that says why."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


Round = Annotated[int, Field(ge=0, lt=2**53)]
GameId = Annotated[int, Field(ge=1, lt=2**53)]
Label = Annotated[str, Field(max_length=LONGEST_LABEL)]
FieldName = Annotated[str, Field(min_length=1, max_length=80)]


class Play(_Message):
    """Go on."""

    type: Literal["play"]


class Pause(_Message):
    """Stop at the end of this round."""

    type: Literal["pause"]


class Step(_Message):
    """One round, or one step of one player."""

    type: Literal["step"]
    what: Literal["round", "discriminator", "generator"]
    game: GameId | None = None


class Set(_Message):
    """Another value for a field, now."""

    type: Literal["set"]
    game: GameId | None = None
    field: FieldName
    value: Any


class Reset(_Message):
    """Back to round 0."""

    type: Literal["reset"]
    game: GameId | None = None


class Reseed(_Message):
    """Back to round 0 with another seed."""

    type: Literal["reseed"]
    seed: Seed | None = None


class Add(_Message):
    """A copy of a game beside it."""

    type: Literal["add"]
    copy_of: GameId
    label: Label | None = None


class Branch(_Message):
    """A copy of a game as it stood at a round."""

    type: Literal["branch"]
    game: GameId
    round: Round
    label: Label | None = None


class Rewind(_Message):
    """Back to a round."""

    type: Literal["rewind"]
    game: GameId
    round: Round


class Remove(_Message):
    """One game less."""

    type: Literal["remove"]
    game: GameId


class StagedGame(_Message):
    """One game of a scene, by what differs from the arena's config."""

    label: Label
    overrides: Annotated[dict[FieldName, Any], Field(max_length=MOST_OVERRIDES)]


class Stage(_Message):
    """A whole scene."""

    type: Literal["stage"]
    games: Annotated[list[StagedGame], Field(min_length=1, max_length=MOST_GAMES)]


class Speed(_Message):
    """A limit on rounds per second."""

    type: Literal["speed"]
    rounds_per_second: Annotated[float, Field(ge=0.1, le=FASTEST)] | None = None


class Save(_Message):
    """Keep a game as a folder."""

    type: Literal["save"]
    game: GameId


class Config(_Message):
    """Ask for a game's YAML."""

    type: Literal["config"]
    game: GameId


class Seen(_Message):
    """Pictures up to this number have been drawn."""

    type: Literal["seen"]
    frame: Annotated[int, Field(ge=0, lt=2**53)]


Message = (
    Play
    | Pause
    | Step
    | Set
    | Reset
    | Reseed
    | Add
    | Branch
    | Rewind
    | Remove
    | Stage
    | Speed
    | Save
    | Config
    | Seen
)
_MESSAGES: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="type")])


def read_message(text: str) -> Message:
    """The message in a text frame. Raises `ProtocolError`, whatever the text may be."""
    if len(text) > LARGEST_MESSAGE:
        raise ProtocolError(f"a message may have {LARGEST_MESSAGE // 1024} KiB at most")
    try:
        value = json.loads(text, parse_constant=_refuse)
    except ProtocolError:
        raise
    except (ValueError, RecursionError):
        raise ProtocolError("a message must be JSON") from None
    _check_plain(value)
    try:
        return _MESSAGES.validate_python(value)
    except ValidationError as error:
        raise ProtocolError(_told(error)) from None


def _refuse(constant: str) -> None:
    raise ProtocolError(f"a message may not hold {constant}")


def _check_plain(value: Any) -> None:
    """See that no value is nested deeply, is infinite, or is half a character."""
    if _is_deeper(value, DEEPEST + 1):
        raise ProtocolError(f"a message may be nested {DEEPEST} levels deep at most")
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ProtocolError("a message may not hold half a character") from None
    except ValueError:
        raise ProtocolError("a message may not hold a number that is not finite") from None


def _is_deeper(value: Any, levels: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inside)


def _told(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    field, what = ".".join(map(str, first["loc"][1:])), " ".join(first["msg"].split())
    return f"{field}: {what}"[:200] if field else what[:200]


def write_message(message: Mapping[str, Any]) -> str:
    """What the server says, as text; NumPy's scalars become numbers, what is not finite null."""
    return json.dumps(plain(message), allow_nan=False, separators=(",", ":"))


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    match value:
        case None | bool() | str() | int():
            return value
        case float():
            return value if math.isfinite(value) else None
        case np.generic() | ndarray():
            return plain(value.tolist())
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value]


def write_frame(header: Mapping[str, Any], arrays: Mapping[str, ndarray]) -> bytes:
    """A picture: `header` without its `arrays`, which are written from what is given."""
    contents = [np.ascontiguousarray(array, np.dtype("<f4")).tobytes() for array in arrays.values()]
    described = [
        {"name": name, "shape": list(array.shape), "dtype": "f32", "offset": 0}
        for name, array in arrays.items()
    ]
    # The offsets depend on the header's length and stand in it: room is left for their digits.
    head = write_message({**header, "arrays": described})
    offset = -(-(4 + len(head.encode()) + 12 * len(described)) // 4) * 4
    start = offset
    for one, content in zip(described, contents, strict=True):
        one["offset"] = offset
        offset += len(content)
    encoded = write_message({**header, "arrays": described}).encode().ljust(start - 4)
    return b"".join([struct.pack("<I", len(encoded)), encoded, *contents])
