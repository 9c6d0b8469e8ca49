"""What the directory tells hosts and fronts, by a clock of the test's."""

from realtime.cluster.directory import FORGOTTEN_S, FRONT_S, Directory, HostState

HOST = HostState("a1", "http://192.0.2.1:1", "192.0.2.1", sessions=1, places=4, headroom=0.5)


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_front_is_told_who_is_there_and_for_how_long_they_were_silent() -> None:
    clock = Clock()
    directory = Directory(clock)
    orders = directory.beat(HOST)
    clock.now_s = 1.5
    view = directory.look("front", ("http://here/",))
    assert view.hosts == ((HOST, 1.5),)
    assert (view.secret, orders.ends) == (orders.secret, False)
    assert directory.beat(HOST).addresses == ("http://here/",)


def test_silent_host_and_one_that_left_are_forgotten() -> None:
    clock = Clock()
    directory = Directory(clock)
    directory.beat(HOST)
    clock.now_s = FORGOTTEN_S
    assert directory.look("front", ()).hosts == ()
    directory.beat(HOST)
    directory.leave(HOST.name)
    assert directory.look("front", ()).hosts == ()


def test_hosts_end_with_the_last_front_only() -> None:
    clock = Clock()
    directory = Directory(clock)
    directory.look("one", ())
    directory.look("two", ())
    assert not directory.close("one")
    assert not directory.beat(HOST).ends
    clock.now_s = FRONT_S + 1  # two was killed, and is silent
    directory.look("three", ())
    assert directory.close("three")
    assert directory.beat(HOST).ends
    directory.look("four", ())
    assert not directory.beat(HOST).ends


def test_front_hears_why_a_host_did_not_start() -> None:
    directory = Directory()
    directory.fail("no face in a.png", "use a photo of a face")
    assert directory.look("front", ()).problem == ("no face in a.png", "use a photo of a face")


def test_each_directory_has_a_secret_of_its_own() -> None:
    assert Directory().look("front", ()).secret != Directory().look("front", ()).secret
