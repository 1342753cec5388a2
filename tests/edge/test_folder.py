"""The folder channel: complete or not there, once, and nowhere else."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.channels.folder import FolderChannel
from monitor.errors import DeliveryError
from monitor.model import Asked, FolderMessage, Receipt, SlackMessage
from tests.digest_samples import delivery

MESSAGE = FolderMessage(name="desk-20261122T070000Z", files={"digest.txt": "Quetta\nکوئٹہ\n", "digest.json": "{}\n"})
DELIVERY = delivery(MESSAGE, "folder:state/outbox")


async def test_writes_every_file_under_the_home(tmp_path: Path) -> None:
    receipt = await FolderChannel(tmp_path).send(DELIVERY)
    folder = tmp_path / "state" / "outbox" / MESSAGE.name
    assert receipt == Receipt(reference=str(folder))
    assert {file.name: file.read_bytes().decode() for file in folder.iterdir()} == MESSAGE.files


async def test_an_absolute_destination_is_taken_as_it_is(tmp_path: Path) -> None:
    await FolderChannel(Path("/nowhere")).send(replace(DELIVERY, destination=f"folder:{tmp_path}/out"))
    assert (tmp_path / "out" / MESSAGE.name / "digest.txt").exists()


async def test_the_same_delivery_again_leaves_one_untouched_folder(tmp_path: Path) -> None:
    channel = FolderChannel(tmp_path)
    first = await channel.send(DELIVERY)
    marker = Path(first.reference) / "read-by-somebody"
    marker.touch()
    assert await channel.send(DELIVERY) == first
    assert marker.exists()
    assert [entry.name for entry in (tmp_path / "state" / "outbox").iterdir()] == [MESSAGE.name]


async def test_what_a_killed_attempt_left_behind_is_replaced(tmp_path: Path) -> None:
    channel = FolderChannel(tmp_path)
    partial = tmp_path / "state" / "outbox" / f".{MESSAGE.name}.partial"
    partial.mkdir(parents=True)
    (partial / "half").touch()
    assert await channel.ask(DELIVERY) == Asked.ABSENT
    await channel.send(DELIVERY)
    assert sorted(file.name for file in (tmp_path / "state" / "outbox" / MESSAGE.name).iterdir()) == sorted(
        MESSAGE.files
    )
    assert not partial.exists()


async def test_can_be_asked(tmp_path: Path) -> None:
    channel = FolderChannel(tmp_path)
    assert await channel.ask(DELIVERY) == Asked.ABSENT
    receipt = await channel.send(DELIVERY)
    assert await channel.ask(DELIVERY) == receipt
    await channel.close()


async def test_a_place_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, not a folder")
    with pytest.raises(DeliveryError, match=r"cannot write .*state") as caught:
        await FolderChannel(tmp_path).send(DELIVERY)
    assert not caught.value.permanent
    assert not caught.value.ambiguous


@pytest.mark.parametrize(
    ("message", "destination"),
    [
        pytest.param(MESSAGE, "folder:../outside", id="a relative destination outside the home"),
        pytest.param(replace(MESSAGE, name="../escape"), "folder:out", id="a digest id that climbs"),
        pytest.param(replace(MESSAGE, name=".hidden"), "folder:out", id="a hidden digest id"),
        pytest.param(replace(MESSAGE, name="a\\b"), "folder:out", id="a backslash"),
        pytest.param(replace(MESSAGE, name=""), "folder:out", id="no digest id"),
        pytest.param(FolderMessage(name="fine", files={"../x": ""}), "folder:out", id="a file that climbs"),
        pytest.param(FolderMessage(name="fine", files={"/etc/x": ""}), "folder:out", id="an absolute file"),
        pytest.param(SlackMessage(text="x", blocks=()), "folder:out", id="a message for Slack"),
    ],
)
def test_refuses_for_good(tmp_path: Path, message: FolderMessage, destination: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with pytest.raises(DeliveryError) as caught:
        asyncio.run(FolderChannel(home).send(delivery(message, destination)))
    assert caught.value.permanent
    assert list(tmp_path.rglob("*")) == [home]
