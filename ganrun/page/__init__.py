"""What the report and the arena share in a browser. Knows no JAX and nothing of runs.

arrays.packed(array, "u16") -> dict             numbers for a page; decode.js unpacks them
html_page.document(title=, body=, ...) -> str   one self-contained page, closed to the network
html_page.escaped(text) -> str                  any text, safe inside HTML and its attributes
modules.bundled(path) -> str                    a module and all that it imports, as one script

The scripts in `assets/` are modules as browsers know them, and need no build: the arena's page
imports them by address, a report's page has them in itself. `window.ganrun` is all that a page
leaves behind, for the console and for tests.

    elements.js  elements made by hand
    scene.js     samples, true modes, field and arrows, as one picture
    field.js     what a discriminator's field says at its points
    curves.js    small line charts with a linked cursor
    player.js    a scene with a line of rounds, play, speed and steps
    snapshots.js a run's snapshots, to be drawn and told
    timeline.js  the line of rounds, with the coverage and the events
    events.js    what happens in a game, found in its rounds
    thinned.js   a past of bounded size
    canvas.js    what pictures on a canvas share: sharpness, dragging, hatching
    decode.js    the numbers that `arrays.packed` has packed
    wording.js   numbers, counts and lists as a page says them
    theme.js     light, dark or as the system has it
    copying.js   buttons that copy a command
    storage.js   the reader's choices, kept by the browser
"""
