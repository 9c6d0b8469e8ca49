"""What is this ONNX file? By its bytes, by its name, or by its tensors; and if it is nothing we know, what differs.

Knows the rows and how to compare; opens the file on the CPU, because only the runtime knows every shape.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engines.backends.io_validation import described
from engines.backends.onnx_file import read_emap
from engines.backends.onnxruntime import OrtSession
from engines.errors import ModelContractError
from engines.registry import check_contract
from models.disk import sha256_of
from models.manifest import Manifest
from models.spec import FileSource, IdentitySpec, ModelSpec

OTHER_NAMES = {
    "w600k_r50": "arcface_w600k_r50",
    "ghost_unet_1_block": "ghost_1_256",
    "ghost_unet_2_block": "ghost_2_256",
    "ghost_unet_3_block": "ghost_3_256",
    "simswap_512_unoff": "simswap_unofficial_512",
    "xseg_model": "xseg_1",
    "faceparser_resnet34": "bisenet_resnet_34",
    "face_detection_yunet_2023mar": "yunet_2023mar",
    "gfpganv1_4": "gfpgan_1_4",
    "yunet_n_640_640": "yunet_2023mar",
}
"""What other programs call files of rows that we have."""


def identify(path: Path, manifest: Manifest, *, like: str | None = None) -> ModelSpec:
    """The row of a user's own file.

    like: the name of the row whose facts it has, where a person knows better. Raises ModelContractError, with what
    differs, when it fits nothing, and when it fits several and only its maker can tell.
    """
    content = sha256_of(path)
    session = OrtSession(path)
    if like is not None:
        twin = manifest.get(like)
        check_contract(twin, session)
        return _own(path, content, twin, plain_name(path))
    for spec in manifest:
        if spec.sha256 == content:
            return _own(path, content, spec, spec.name)
    named = _by_name(path, manifest)
    if named is not None:
        check_contract(named, session)
        return _own(path, content, named, named.name)
    if path.suffix.lower() == ".dfm" or any(
        spec.name == "in_face:0" and len(session.inputs) <= 2 for spec in session.inputs
    ):
        dfm = _dfm(path, content)
        if _difference(dfm, session) is None:
            return dfm
    fitting = [spec for spec in manifest if _difference(spec, session) is None]
    fitting = _told_apart_by_emap(path, fitting)
    facts = {(spec.family, spec.input, spec.output, spec.identity) for spec in fitting}
    if len(facts) == 1:
        return _own(path, content, fitting[0], plain_name(path))
    raise _unknown(path, session, fitting, manifest)


def plain_name(path: Path) -> str:
    """A row's name made from a file's."""
    name = re.sub(r"[^a-z0-9]+", "_", path.stem.lower()).strip("_")
    return name or "model"


def _by_name(path: Path, manifest: Manifest) -> ModelSpec | None:
    plain = plain_name(path)
    name = plain if plain in manifest else OTHER_NAMES.get(plain, "")
    return manifest.get(name) if name in manifest else None


def _own(path: Path, sha256: str, twin: ModelSpec, name: str) -> ModelSpec:
    """`twin`'s facts for the user's file: what they hold is theirs, so no terms are asked for."""
    return replace(
        twin,
        name=name,
        source=FileSource(path.absolute()),
        sha256=sha256,
        bytes=path.stat().st_size,
        terms=None,
        default=False,
    )


def _dfm(path: Path, sha256: str) -> ModelSpec:
    return ModelSpec(
        name=plain_name(path),
        task="swap",
        family="dfm",
        input=None,
        licence="as its maker says",
        credit="its maker",
        source=FileSource(path.absolute()),
        sha256=sha256,
        bytes=path.stat().st_size,
        identity=IdentitySpec("none"),
    )


def _difference(spec: ModelSpec, session: OrtSession) -> str | None:
    """What keeps `session` from being of `spec`'s family; None for nothing."""
    try:
        check_contract(spec, session)
    except ModelContractError as error:
        return str(error)
    return None


def _told_apart_by_emap(path: Path, fitting: Sequence[ModelSpec]) -> list[ModelSpec]:
    """A file with an emap is of the emap kind; one without is of another, if there is another."""
    wants = [spec for spec in fitting if spec.identity is not None and spec.identity.kind == "emap"]
    if not wants:
        return list(fitting)
    if read_emap(path) is not None:
        return wants
    return [spec for spec in fitting if spec not in wants] or wants


def _unknown(path: Path, session: OrtSession, fitting: Sequence[ModelSpec], manifest: Manifest) -> ModelContractError:
    here = f"inputs {described(session.inputs)}; outputs {described(session.outputs)}"
    if fitting:
        names = ", ".join(spec.name for spec in fitting)
        return ModelContractError(
            f"{path.name} fits several models, and only its maker can tell which ({here})",
            remedy=f"say it: liveswap models add {path} --like one of {names}",
        )
    families: dict[str, str] = {}
    for spec in manifest:
        difference = _difference(spec, session)
        if difference is not None and spec.input is not None:
            families.setdefault(spec.family, difference)
    nearest = "; ".join(families[name] for name in ("latent", "picture") if name in families)
    return ModelContractError(
        f"{path.name} is not a model that liveswap knows ({here}). As a swapper: {nearest}",
        remedy="liveswap models list shows all known models; if it is one of them, add --like NAME to see what differs",
    )
