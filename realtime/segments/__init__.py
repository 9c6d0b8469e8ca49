"""One video made by several worker processes: cut at key frames, swapped side by side, joined without re-encoding.

plan.py        where to cut, from times alone
excerpt.py     the pictures of one segment, and those beside it that are only looked at
joints.py      whose faces are followed where one segment ends and the next begins
make.py        one segment from the video to packets in a file: the same for a process here and one elsewhere
kept.py        finished segments that stay, until the video is whole
worker.py      a process that makes segments; processes.py: such processes, as their owner sees them
joined_run.py  who makes what, what is made again, and the joining
numbers.py     the numbers of the segments as those of one run
crew.py        those processes, or a cluster's workers (realtime/cluster)
video.py       a video, ready to be made; command.py: with the terminal, for `liveswap run --workers` and `--cluster`
"""
