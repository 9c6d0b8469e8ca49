"""A film, with its sound: python film.py alice.jpg in.mp4 out.mp4. Says how far it is."""

import sys

from liveswap import UserError, swap_file

face, film, result = sys.argv[1:4]
try:
    numbers = swap_file(film, result, face=face, on_progress=print, i_have_consent=True)
except UserError as error:
    sys.exit(f"{error}\n{error.remedy}")
print(f"{numbers['outcomes']['swapped']} of {numbers['frames_out']} frames swapped", *numbers["notes"])
