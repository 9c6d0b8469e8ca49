"""What gets before faces, drawn: hands, glasses, hair, masks, cups and the like, from random numbers alone."""
