"""A photo: the face of one person on everybody in a picture. Your own: python photo.py alice.jpg group.jpg out.png."""

import sys

import cv2

from liveswap import Swapper

face, picture, result = sys.argv[1:4]
image = cv2.imread(picture)
with Swapper(face, faces="all", i_have_consent=True) as swapper:
    out = swapper.swap(image)
cv2.imwrite(result, out)
print(f"{len(out.faces)} swapped, {out.coverage:.0%} of the least painted face")
