from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient
from starlette.types import Message
from starlette.websockets import WebSocketDisconnect

from rightfit.web import tables as own_tables
from rightfit.web.guard import Guard
from rightfit.web.tables import OwnTable, Tables
from tests.web.conftest import BASE, SMALL, TOKEN, Talk, houses

pytestmark = pytest.mark.slow

STATIC = Path(own_tables.__file__).with_name("static")


def test_page_and_its_parts_are_served(client: TestClient) -> None:
    page = client.get(f"/{TOKEN}/")
    assert page.status_code == 200
    assert "RightFit playground" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert client.get(f"/{TOKEN}/main.js").status_code == 200


def test_page_weighs_at_most_250_kilobytes() -> None:
    assert sum(path.stat().st_size for path in STATIC.iterdir()) <= 250_000


def test_page_takes_nothing_from_elsewhere() -> None:
    for path in STATIC.iterdir():
        text = path.read_text().replace("http://www.w3.org/", "")
        assert "http://" not in text
        assert "https://" not in text


@pytest.mark.parametrize("path", ["/", "/main.js", "/another-token/", f"/{TOKEN}x/"])
def test_nothing_is_served_without_the_token(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 403
    assert "token" in answer.text


@pytest.mark.parametrize("path", ["*", ""])
def test_request_without_a_path_is_refused(path: str) -> None:
    async def unreached(*arguments: Any) -> Any:
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    sent: list[Message] = []
    scope = {
        "type": "http",
        "method": "OPTIONS",
        "path": path,
        "headers": [(b"host", b"127.0.0.1")],
    }
    # Nothing is waited for, so it needs no loop: that of the browser's tests may be running.
    with pytest.raises(StopIteration):
        Guard(unreached, TOKEN)(scope, unreached, send).send(None)
    assert sent[0]["status"] == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example"])
def test_foreign_host_is_refused(client: TestClient, host: str) -> None:
    assert client.get(f"/{TOKEN}/", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", None])
def test_foreign_origin_cannot_open_the_socket(client: TestClient, origin: str | None) -> None:
    headers = {} if origin is None else {"origin": origin}
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(f"ws://127.0.0.1:8000/{TOKEN}/socket", headers=headers),
    ):
        pass


def test_foreign_origin_cannot_bring_a_table(client: TestClient) -> None:
    headers = {"origin": "http://evil.example"}
    assert (
        client.post(f"/{TOKEN}/table?name=a.csv", content=b"a", headers=headers).status_code == 403
    )
    assert client.post(f"/{TOKEN}/table?name=a.csv", content=b"a").status_code == 403


def bring(client: TestClient, content: bytes, name: str = "houses.csv") -> Any:
    return client.post(
        f"/{TOKEN}/table", params={"name": name}, content=content, headers={"origin": BASE}
    )


def test_table_is_read_and_described(client: TestClient) -> None:
    answer = bring(client, houses().write_csv().encode())
    assert answer.status_code == 200
    told = answer.json()
    assert told["n_rows"] == 80
    assert told["axes"] == ["size", "age"]
    assert told["target"] == "use"


@pytest.mark.parametrize(
    ("content", "name", "what"),
    [
        (b"", "empty.csv", "empty"),
        (b"a,b\n1\n2,3,4\n", "ragged.csv", "ragged.csv"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "picture.png", "suffix"),
        (b"PAR1 but not really", "broken.parquet", "broken.parquet"),
        (b"a,b\n", "header.csv", "no rows"),
    ],
)
def test_broken_table_gets_a_message(
    client: TestClient, content: bytes, name: str, what: str
) -> None:
    answer = bring(client, content, name)
    assert answer.status_code == 422
    assert what in answer.json()["what"]


def test_huge_table_gets_a_message(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rightfit.web.server.MOST_BYTES", 100)
    answer = bring(client, b"a,b\n" * 100)
    assert answer.status_code == 422
    assert "larger than" in answer.json()["what"]
    assert "rightfit play" in answer.json()["hint"]


def test_name_of_a_table_leads_nowhere_else(client: TestClient, tmp_path: Path) -> None:
    name = f"../../{tmp_path.name}/houses.csv"
    assert bring(client, houses().write_csv().encode(), name).json()["name"] == "houses.csv"


@pytest.mark.parametrize("name", ["a\0.csv", "\0"])
def test_name_that_no_file_can_have_gets_a_message(client: TestClient, name: str) -> None:
    answer = bring(client, houses().write_csv().encode(), name)
    assert answer.status_code == 422
    assert "cannot be the name of a file" in answer.json()["what"]


def test_page_is_greeted_with_the_settings(talk: Talk) -> None:
    hello = talk.hear("hello")
    names = [declared["name"] for declared in hello["settings"]]
    assert {"data", "hidden_sizes", "dropout_rate"} <= set(names)
    assert hello["table"] is None


def test_lesson_is_shown_and_trained(talk: Talk) -> None:
    talk.say("open", settings=SMALL)
    lesson = talk.hear("lesson")
    assert lesson["hidden_sizes"] == [3]
    assert len(lesson["points"]) == 60
    first = talk.frame()
    assert first["epoch"] == 0
    assert first["parts"] == [4 * 13, 2 * 64**2 + 5 * 32**2, 0]
    talk.say("epoch")
    second = talk.frame()
    assert second["epoch"] == 1
    assert [record[0] for record in second["records"]] == [1]


def test_step_takes_one_mini_batch(talk: Talk) -> None:
    talk.say("open", settings=SMALL)
    talk.hear("lesson")
    talk.say("show", batch=True)
    talk.say("step")
    frame = talk.frame()
    assert (frame["epoch"], frame["batch"]) == (0, 1)
    assert frame["look"]["batch"] == 1


def test_playing_goes_on_by_itself_until_it_is_paused(talk: Talk) -> None:
    talk.say("open", settings=SMALL)
    talk.say("speed", speed="fastest")
    talk.say("play")
    while (frame := talk.frame())["epoch"] < 20:
        assert not frame["over"]
    talk.say("pause")
    while talk.frame()["playing"]:
        pass


def test_one_frame_at_most_waits_for_a_page_that_sleeps(talk: Talk) -> None:
    talk.say("open", settings=SMALL)
    talk.hear("lesson")
    talk.say("speed", speed="fastest")
    talk.say("play")
    talk.frame()
    talk.say("weight", layer=0, unit=0, feature=0, value=1)
    talk.say("pause")
    talk.say("code")
    kinds = []
    while True:
        message = talk.socket.receive()
        kinds.append("frame" if message.get("bytes") else "text")
        if '"code"' in message.get("text", ""):
            break
    # Nobody asked for a frame, so none came.
    assert "frame" not in kinds


def test_each_page_has_a_lesson_of_its_own(client: TestClient) -> None:
    path, headers = f"ws://127.0.0.1:8000/{TOKEN}/socket", {"origin": BASE}
    with (
        client.websocket_connect(path, headers=headers) as one,
        client.websocket_connect(path, headers=headers) as other,
    ):
        Talk(one).say("open", settings=SMALL)
        Talk(other).say("open", settings={**SMALL, "data": "hills"})
        assert Talk(one).hear("lesson")["task"] == "binary"
        assert Talk(other).hear("lesson")["task"] == "regression"
        Talk(one).say("epoch")
        assert Talk(one).frame()["epoch"] == 1
        assert Talk(other).frame()["epoch"] == 0


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ({"do": "dance"}, "no command 'dance'"),
        ({"do": "open", "settings": {"noise": 7}}, "noise"),
        ({"do": "open", "settings": {"data": "own"}}, "not here any more"),
        ({"do": "open", "settings": []}, "Settings are values by their names. Got [] instead."),
        ({"do": "open", "settings": None}, "Got None instead."),
        ({"do": "open", "settings": {"data": "own"}, "table": [1]}, "not here any more"),
        ({"do": "epoch"}, "Nothing is shown yet"),
        ({"do": "train"}, "Nothing is shown yet"),
        ({"do": "drawing", "name": "none"}, "no drawing"),
    ],
)
def test_what_cannot_be_done_gets_a_message(talk: Talk, command: dict[str, Any], what: str) -> None:
    talk.say(command.pop("do"), **command)
    assert what in talk.hear("problem")["what"]


def test_weight_that_no_float_can_hold_gets_a_message(talk: Talk) -> None:
    talk.say("open", settings=SMALL)
    talk.say("weight", layer=0, unit=0, feature=0, value=10**400)
    assert talk.hear("problem")["what"] == "That number is too large."


def test_wrong_setting_is_said_and_its_default_is_shown(talk: Talk) -> None:
    talk.say("open", settings={**SMALL, "learning_rate": "abc", "foo": "3"})
    assert talk.hear("lesson")["hidden_sizes"] == [3]
    assert talk.hear("corrected")["settings"] == {"learning_rate": 0.01}
    problem = talk.hear("problem")
    assert "Got 'abc' instead." in problem["what"]
    assert "There is no setting 'foo'." in problem["what"]
    assert talk.frame()["epoch"] == 0


def test_lesson_goes_on_where_settings_do_not_go_together(talk: Talk) -> None:
    talk.say("open", settings=SMALL)
    assert talk.hear("lesson")["path"] == ""
    for _ in range(2):
        talk.say("open", settings={**SMALL, "path": "l2", "validation_fraction": 0})
        problem = talk.hear("problem")
        assert "none are kept for validation" in problem["what"]
        assert "keep some points" in problem["hint"]
    talk.say("epoch")
    assert talk.frame()["epoch"] == 1


def test_default_points_are_shown_where_an_own_table_is_gone(talk: Talk) -> None:
    talk.say("open", settings={**SMALL, "data": "own", "target": "use"}, table="gone")
    assert talk.hear("lesson")["axes"] == ["x1", "x2"]
    assert talk.hear("corrected")["settings"] == {"data": "circle"}
    assert "not here any more" in talk.hear("problem")["what"]
    assert talk.frame()["epoch"] == 0


def test_nonsense_is_passed_over(talk: Talk) -> None:
    talk.socket.send_text("no json")
    talk.socket.send_text("[1]")
    talk.socket.send_text("[" * 60_000)
    talk.socket.send_bytes(b"no text")
    talk.say("open", settings=SMALL)
    assert talk.hear("lesson")["classes"] == ["A", "B"]


def test_code_and_points_are_given(talk: Talk) -> None:
    talk.say("open", settings=SMALL)
    talk.say("code")
    code = talk.hear("code")
    assert "rightfit.Classifier(" in code["python"]
    assert code["command"].startswith("rightfit train circle.csv --target label")
    assert len(pl.read_csv(code["table"].encode())) == 60


def test_code_of_a_pack_is_about_the_member_that_is_shown(talk: Talk) -> None:
    talk.say("open", settings={**SMALL, "path": "l2"})
    talk.say("show", member=5)
    talk.say("code")
    assert 'each["member"] == 5' in talk.hear("code")["python"]


def test_member_that_is_asked_for_before_its_pack_is_shown_with_it(talk: Talk) -> None:
    talk.say("show", member=3, kept=True)
    talk.say("open", settings={**SMALL, "path": "l2"})
    talk.hear("lesson")
    assert talk.frame()["member"] == 3
    talk.say("show", member=99)
    assert talk.frame()["member"] == 7
    talk.say("open", settings=SMALL)
    talk.hear("lesson")
    assert talk.frame()["member"] == 0


def test_drawing_is_of_the_member_and_the_moment_that_are_shown(talk: Talk) -> None:
    talk.say("open", settings={**SMALL, "path": "l2"})
    talk.say("epoch")
    drawings = []
    for member in (0, 6):
        talk.say("show", member=member)
        talk.say("drawing", name="The two graphs")
        drawings.append(talk.hear("drawing"))
        frame = talk.frame()
        for name in ("number", "moment", "member", "batch"):
            assert drawings[-1][name] == frame[name], name
    assert [drawing["epoch"] for drawing in drawings] == [1, 1]
    assert drawings[0]["data"] != drawings[1]["data"]
    talk.say("epoch")
    assert talk.frame()["moment"] != drawings[1]["moment"]


def test_gradient_check_comes_with_the_two_graphs(talk: Talk) -> None:
    talk.say("open", settings=SMALL)
    talk.say("drawing", name="The two graphs")
    drawing = talk.hear("drawing")
    assert drawing["said"].startswith("The gradient check: the largest relative error is ")
    assert [row[0] for row in drawing["finding"]["rows"]] == [
        f"layers.{layer}.{kind}" for layer in (0, 1) for kind in ("weight", "bias")
    ]
    assert max(float(row[-1]) for row in drawing["finding"]["rows"]) <= 1e-6
    assert "relu 1" in [row[0] for row in drawing["data"]["rows"]]


def test_all_columns_are_trained_on_and_the_model_is_saved(
    client: TestClient, talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table = bring(client, houses().write_csv().encode()).json()
    settings = {"data": "own", "target": "use", "hidden_sizes": [3], "patience_epochs": 2}
    talk.say("open", settings={**settings, "learning_rate": 0.1}, table=table["key"])
    talk.hear("lesson")
    talk.say("train")
    while (told := talk.frame()["training"])["state"] == "running":
        pass
    assert told["state"] == "done", told
    assert told["n_columns"] == 3
    assert "model" in told["scores"]
    assert (tmp_path / "houses.model" / "model.json").is_file()
    report = client.get(f"/{TOKEN}/{told['report']}")
    assert report.status_code == 200
    assert report.content == (tmp_path / "houses.model" / "report.html").read_bytes()


@pytest.mark.parametrize("number", ["1", "-1", "\u00b2", "1" * 5000, ""])
def test_report_that_a_table_has_not_is_said_to_be_gone(
    client: TestClient, tables: Tables, tmp_path: Path, number: str
) -> None:
    table = OwnTable("key", "houses.csv", houses(), "use", tmp_path, reports=[tmp_path / "report"])
    tables._tables["key"] = table
    answer = client.get(f"/{TOKEN}/report", params={"table": "key", "number": number})
    assert answer.status_code == 404
    assert "no such report" in answer.text


@pytest.mark.parametrize("asked", ["", "?table=none&number=0", "?number=0", "?table=../../etc"])
def test_report_that_is_not_there_is_said_to_be_gone(client: TestClient, asked: str) -> None:
    answer = client.get(f"/{TOKEN}/report{asked}")
    assert answer.status_code == 404
    assert "no such report" in answer.text
