"""Where a file comes from: the marks and the signed manifest (C2PA) of what is made, and how they are read again."""
