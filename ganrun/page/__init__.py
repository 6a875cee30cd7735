"""What the report and the arena share in a browser. Knows no JAX and nothing of runs.

arrays.packed(array, "u16") -> dict             numbers for a page; decode.js unpacks them
document.document(title=, body=, ...) -> str    one self-contained page, closed to the network
document.asset("player.js") -> str              the text of a file in assets/
document.STYLES, document.SCRIPTS               the shared files, in the order that they need
document.escaped(text) -> str                   any text, safe inside HTML and its attributes

The scripts are plain and classic, share one object, `ganrun`, and need no build:

    decode.js   ganrun.decode(packed) -> Float32Array
    scene.js    new ganrun.Scene(canvas, target): samples, true modes, field and arrows
    canvas.js   what pictures on a canvas share: sharpness, dragging, hatching
    curves.js   new ganrun.Curves(element, options): small line charts with a linked cursor
    player.js   new ganrun.Player(element, data): a scene with scrubber, play, speed and steps
    theme.js    the button for light, dark or as the system has it; buttons that copy a command
"""
