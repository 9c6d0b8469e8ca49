"""What sources and outputs share: names of files, ffmpeg, colours, video time."""
