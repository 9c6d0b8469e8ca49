"""What an address shows of itself in logs and errors, and what it keeps."""

import pytest

from realtime.media.addresses import scrubbed, shown_url

SHOWN = [
    ("rtsp://user:p@ss@10.0.0.5:554/live?x=1", "rtsp://user:***@10.0.0.5:554/live?x=1"),
    ("srt://10.0.0.5:9000?passphrase=0123456789&latency=20", "srt://10.0.0.5:9000?passphrase=***&latency=20"),
    ("srt://10.0.0.5:9000?streamid=publish:live:ann:geheim", "srt://10.0.0.5:9000?streamid=***"),
    ("http://10.0.0.5:8080/a.m3u8", "http://10.0.0.5:8080/a.m3u8"),
    ("rtmp://live.twitch.tv/app/live_12345_abcdef", "rtmp://live.twitch.tv/app/***"),
    ("rtmps://host:443/rtmp/FB-12-geheim?s_bl=1&a=geheim", "rtmps://host:443/rtmp/***?***"),
    ("rtmp://10.0.0.5/live", "rtmp://10.0.0.5/live"),
    ("udp://239.0.0.1:1234?ttl=2", "udp://239.0.0.1:1234?ttl=2"),
]


@pytest.mark.parametrize(("url", "shown"), SHOWN)
def test_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert shown_url(url) == shown


@pytest.mark.parametrize(("url", "shown"), SHOWN)
def test_message_about_an_address_keeps_its_secrets_too(url: str, shown: str) -> None:
    key = url.partition("?")[0].rpartition("/")[2]
    said = scrubbed(f"cannot open {url}: playpath {key} refused", url)
    assert shown in said
    if url.startswith("rtmp") and url.count("/") > 3:
        assert key not in said
