"""Keys of the terminal while something live runs, and the commands of live_settings.py that they say.

Knows words; reads no keyboard.
"""

KEYS = {
    "n": "face next",
    "p": "face previous",
    **{str(number): f"face {number}" for number in range(1, 10)},
    " ": "pause",
    "m": "mirror",
    "b": "badge on",
    "h": "when-lost hold",
    "u": "when-lost blur",
    "s": "when-lost slate",
    "o": "strangers blur",
    "w": "strangers swap",
    "l": "lock",
}
"""What each says. "pass", "leave" and "badge off" have none: nobody is unmasked by a slip of the finger."""
HELP = (
    "n/p next/previous face, 1-9 face, space pause, m mirror, b badge back, h/u/s hold/blur/slate when lost, "
    "o/w blur/swap others, l lock, q quit"
)
