"""The unfinished file of an output: its name, its lock, and how it comes to its end."""

import os
import resource
import signal
import subprocess
import sys
from io import FileIO
from pathlib import Path

import pytest

from realtime.errors import SinkError
from realtime.outputs.partial_file import PartialFile, discard_unfinished


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


LONGEST = {"ascii": "x" * 248 + ".mp4", "two bytes a letter": "é" * 125 + ".mp4", "longest": "x" * 251 + ".mp4"}


@pytest.mark.parametrize("name", ["out.mp4", "a: b [c] *?.mp4", "-o.mp4", *LONGEST.values()], ids=str.__len__)
def test_target_keeps_its_older_file_until_the_new_one_is_whole(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    target.write_bytes(b"older")
    part = PartialFile(target)
    part.file.write(b"new")
    assert target.read_bytes() == b"older"
    assert part.publish() == target
    assert (target.read_bytes(), names(tmp_path)) == (b"new", [name])


@pytest.mark.parametrize("name", ["out.mp4", *LONGEST.values()], ids=str.__len__)
def test_what_is_incomplete_takes_a_name_that_no_other_file_has(tmp_path: Path, name: str) -> None:
    kept = []
    for content in (b"1", b"2", b"3"):
        part = PartialFile(tmp_path / name)
        part.file.write(content)
        kept.append(part.keep())
    assert [path.read_bytes() for path in kept] == [b"1", b"2", b"3"]
    assert kept[0].name == name
    assert [path.suffix for path in kept] == [".mp4"] * 3
    assert ".partial" in kept[1].name
    assert names(tmp_path) == sorted(path.name for path in kept)


def test_discarded_file_leaves_nothing_and_frees_the_name(tmp_path: Path) -> None:
    for _ in range(2):
        part = PartialFile(tmp_path / "out.mp4")
        part.file.write(b"new")
        part.discard()
        part.discard()
    assert names(tmp_path) == []


def test_second_run_to_one_target_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    (tmp_path / "link.mp4").symlink_to("out.mp4")
    first = PartialFile(tmp_path / "out.mp4")
    for name in ("out.mp4", "link.mp4"):
        with pytest.raises(SinkError, match="another liveswap run is writing") as refused:
            PartialFile(tmp_path / name)
        assert refused.value.remedy
    first.file.write(b"first")
    first.publish()
    PartialFile(tmp_path / "out.mp4").discard()
    assert (tmp_path / "out.mp4").read_bytes() == b"first"


KILLED = """
import sys, time
from pathlib import Path
from realtime.outputs.partial_file import PartialFile
part = PartialFile(Path(sys.argv[1]))
part.file.write(b"made so far")
print("writing", flush=True)
time.sleep(60)
"""


def test_run_that_was_killed_holds_no_name_and_what_it_made_is_found(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    with subprocess.Popen([sys.executable, "-c", KILLED, str(target)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "writing\n"
        with pytest.raises(SinkError, match="another liveswap run"):
            PartialFile(target)
        child.send_signal(signal.SIGKILL)
    (tmp_path / "out.mp4.00000000.part").symlink_to("/dev/zero")  # nothing of ours, and no end to it
    (tmp_path / "out.mp4.holiday.part").write_text("a person's own file")
    part = PartialFile(target)
    assert [path.read_bytes() for path in part.leftovers] == [b"made so far"]
    part.discard()
    other = PartialFile(tmp_path / "other.mp4")
    assert other.leftovers == []
    other.discard()


@pytest.mark.parametrize("planted", [".out.mp4.lock", "out.mp4.part"])
def test_planted_link_is_not_written_through(tmp_path: Path, planted: str) -> None:
    theirs = tmp_path / "precious"
    theirs.write_bytes(b"precious")
    (tmp_path / planted).symlink_to(theirs)
    part = PartialFile(tmp_path / "out.mp4")
    part.file.write(b"new")
    part.publish()
    assert (theirs.read_bytes(), (tmp_path / "out.mp4").read_bytes()) == (b"precious", b"new")


@pytest.mark.parametrize("is_there", [True, False])
def test_link_stays_and_its_target_is_written(tmp_path: Path, is_there: bool) -> None:
    (tmp_path / "disk").mkdir()
    real = tmp_path / "disk" / "real.mp4"
    if is_there:
        real.write_bytes(b"older")
    (tmp_path / "link.mp4").symlink_to("disk/real.mp4")
    part = PartialFile(tmp_path / "link.mp4")
    part.file.write(b"new")
    assert names(tmp_path) == ["disk", "link.mp4"]  # written where it will be: another disk may have no room for it
    part.publish()
    assert (tmp_path / "link.mp4").is_symlink()
    assert (real.read_bytes(), names(tmp_path / "disk")) == (b"new", ["real.mp4"])


def test_name_that_cannot_be_is_refused_with_a_remedy(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "loop.mp4").symlink_to("loop.mp4")
    (tmp_path / "astray.mp4").symlink_to("nowhere/out.mp4")
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "file").touch()
    refused = {
        "x" * 252 + ".mp4": "too long",
        "pipe.mp4": "not a regular file",
        "loop.mp4": "symbolic links",
        "astray.mp4": "no folder .*nowhere",
        "folder.mp4": "is a folder",
        "file/out.mp4": "is a file",
    }
    before = names(tmp_path)
    for name, reason in refused.items():
        with pytest.raises(SinkError, match=reason) as raised:
            PartialFile(tmp_path / name)
        assert raised.value.remedy
    assert names(tmp_path) == before


def test_rewriting_that_fails_leaves_what_was_written(tmp_path: Path) -> None:
    part = PartialFile(tmp_path / "out.mp4")
    part.file.write(b"written")

    def fail(_old: FileIO, new: FileIO) -> None:
        new.write(b"half")
        raise OSError("no room")

    def copy(old: FileIO, new: FileIO) -> None:
        old.seek(0)
        new.write(b"again " + old.read())

    with pytest.raises(OSError, match="no room"):
        part.rewrite(fail)
    assert len(names(tmp_path)) == 2  # with the lock
    part.rewrite(copy)
    assert part.publish().read_bytes() == b"again written"
    assert names(tmp_path) == ["out.mp4"]


LIMITED = """
import resource, signal, sys
from pathlib import Path
from realtime.outputs.partial_file import PartialFile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
part = PartialFile(Path(sys.argv[1]))
part.file.write(bytes(900))
try:
    part.file.write(bytes(900))
except OSError as error:
    print(error.errno)
"""


def test_block_that_fits_only_in_part_is_an_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "out.mp4")], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["27"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE) != (1000, 1000)


def test_all_that_is_unfinished_can_be_removed_at_once(tmp_path: Path) -> None:
    done, *_others = (PartialFile(tmp_path / f"{name}.mp4") for name in "abc")
    done.publish()
    discard_unfinished()
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_folder_where_no_file_can_be_made_is_not_called_another_run() -> None:
    with pytest.raises(SinkError) as refused:
        PartialFile(Path("/proc/out.mp4"))
    assert "another liveswap run" not in str(refused.value)
    assert "/proc" in str(refused.value)
