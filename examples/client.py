"""A server's photos and videos from a program, by Python's standard library alone.

python client.py http://127.0.0.1:8080 alice.jpg group.jpg out.jpg
python client.py http://127.0.0.1:8080 alice.jpg holiday.mp4 out.mp4     # Ctrl-C cancels it on the server, too

The address is what `liveswap serve` prints, with its #token=... if it has one. You state that whoever is in alice.jpg
agreed.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

PIECE_BYTES = 1 << 20
PAUSE_S = 0.5
PICTURES = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".webp": "webp"}


class RefusedError(Exception):
    """What the server said no to. hint: what to do."""

    def __init__(self, status: int, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.status, self.hint = status, hint


class Client:
    """One visitor: what they send is theirs alone. address: as `liveswap serve` prints it."""

    def __init__(self, address: str) -> None:
        where, _, token = address.partition("#token=")
        self.address = where.rstrip("/")
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.headers["Liveswap-Visitor"] = self.ask("POST", "/visitor")["visitor"]

    def open(self, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        """body: bytes, or an object that is sent as JSON. Raises RefusedError."""
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        all_headers = {"Content-Type": kind, **self.headers, **headers}
        try:
            answer: HTTPResponse = urlopen(Request(self.address + path, content, all_headers, method=method))  # noqa: S310
        except HTTPError as error:
            said = json.loads(error.read() or b"{}")
            raise RefusedError(error.code, said.get("error", error.reason), said.get("hint", "")) from error
        return answer

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """The answer's JSON."""
        with self.open(method, path, body, **headers) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def add_face(self, photo: Path) -> str:
        """Returns the name by which it is worn."""
        query = urlencode({"name": photo.stem, "consent": "yes"})
        return str(self.ask("POST", f"/faces?{query}", photo.read_bytes())["name"])

    def swap_photo(self, photo: Path, face: str, out: Path) -> int:
        """Have everybody in a photo wear a face. Returns how many they are."""
        people = self.ask("POST", "/photo", photo.read_bytes())["faces"]
        wish = {"wear": {str(n): face for n in range(len(people))}, "format": PICTURES[out.suffix.lower()]}
        with self.open("POST", "/photo/swapped", wish) as answer:
            out.write_bytes(answer.read())
        return len(people)

    def upload(self, video: Path) -> str:
        """Send it in pieces; what gets lost on the way is sent again. Returns its id."""
        state = self.ask("POST", "/videos", {"name": video.name, "bytes": video.stat().st_size})
        path = f"/videos/{state['id']}"
        with video.open("rb") as file:
            while state["state"] == "arriving":
                file.seek(state["uploaded"])
                try:
                    where = {"Upload-Offset": str(state["uploaded"])}
                    state = self.ask("PATCH", path, file.read(PIECE_BYTES), **where)
                except OSError:  # no answer: how much came?
                    time.sleep(PAUSE_S)
                    state = self.ask("GET", path)
        if state["state"] == "refused":
            raise RefusedError(422, state["error"], state["hint"])
        return str(state["id"])

    def order(self, video: str, face: str) -> dict[str, Any]:
        """Have a video made in which everybody wears a face. Returns the job."""
        return self.ask("POST", "/jobs", {"video": video, "wear": [face], "faces": "all"})

    def wait_for(self, job: dict[str, Any], on_progress: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Returns the job when it is done."""
        while job["state"] in {"waiting", "running"}:
            on_progress(job)
            time.sleep(PAUSE_S)
            job = self.ask("GET", f"/jobs/{job['id']}")
        if job["state"] != "done":
            raise RefusedError(422, job.get("error", job["state"]), job.get("hint", ""))
        return job

    def cancel(self, job: dict[str, Any]) -> None:
        """Nothing of it stays."""
        self.ask("POST", f"/jobs/{job['id']}/cancel")

    def download(self, result: str, out: Path) -> None:
        """result: as a job that is done tells it."""
        with self.open("GET", f"/{quote(result)}") as answer, out.open("wb") as file:
            shutil.copyfileobj(answer, file)


def show(job: dict[str, Any]) -> None:
    print(f"{job['state']}: {job['frames']} of {job['total'] or '?'} frames", flush=True)


def make_video(client: Client, face: str, source: Path, out: Path) -> None:
    video = client.upload(source)
    job = client.order(video, face)
    try:
        job = client.wait_for(job, show)
    except KeyboardInterrupt:
        client.cancel(job)
        raise
    client.download(job["result"], out)
    print(f"{job['outcomes']['swapped']} frames swapped")
    client.ask("DELETE", f"/jobs/{job['id']}")
    client.ask("DELETE", f"/videos/{video}")


def main(address: str, photo: Path, source: Path, out: Path) -> None:
    client = Client(address)
    face = client.add_face(photo)
    if out.suffix.lower() in PICTURES:
        print(f"{client.swap_photo(source, face, out)} swapped")
    else:
        make_video(client, face, source, out)


if __name__ == "__main__":
    try:
        main(sys.argv[1], *map(Path, sys.argv[2:5]))
    except RefusedError as error:
        sys.exit(f"{error}\n{error.hint}")
    except OSError as error:
        sys.exit(f"{error}\nis the server there, and are the files?")
    except KeyboardInterrupt:
        sys.exit("cancelled")
