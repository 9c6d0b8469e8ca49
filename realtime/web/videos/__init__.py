"""The page's videos: kept on disk for their visitor, looked at, and made into others by a process of its own."""
