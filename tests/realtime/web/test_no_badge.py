"""A visitor's stream without the badge: only for a reason, which the server keeps."""

from pathlib import Path

from benchmarks.common.fake_server import Served
from realtime.provenance.no_badge import reasons_of
from tests.realtime.web.served import serving


def test_a_session_s_badge_goes_for_a_reason_that_is_recorded(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        socket = await server.client.ws_connect("/socket")
        session = (await socket.receive_json())["session"]
        path = f"/session/{session}/control"
        refused = await server.client.post(path, json={"command": "badge off"})
        assert (refused.status, reasons_of(tmp_path)) == (422, [])
        for command in ("badge off a test", "badge-language zh", "caption A film"):
            assert (await server.client.post(path, json={"command": command})).status == 200
        state = await (await server.client.get(f"/session/{session}")).json()
        told = {key: state[key] for key in ("badge", "no_badge", "badge_language", "caption")}
        assert told == {"badge": False, "no_badge": "a test", "badge_language": "zh", "caption": "A film"}
        assert [(each["scopes"], each["no_badge"]) for each in reasons_of(tmp_path)] == [(["live"], "a test")]
        await socket.close()

    serving(test, tmp_path)
