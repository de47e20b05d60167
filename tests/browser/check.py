#!/usr/bin/env python3
"""Opens the page over a run in a real browser, and tries what a person would.

    check.py PROGRAM [--pictures FOLDER]

Makes a run over documents of its own, serves it, and goes through it with the mouse and the keyboard. Needs the packages of
requirements.txt beside it and Chromium. Prints a line for each check, and exits with 1 at the first that fails.
"""
import argparse, http.client, json, os, pathlib, shutil, socket, subprocess, sys, tempfile, threading, urllib.parse

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

PAGE = """<!DOCTYPE html><html lang="en"><head><title>The quay is mended</title>
<meta http-equiv="refresh" content="0; url=http://127.0.0.1:PORT/away"><script>document.title = "it ran"</script></head>
<body onload="document.body.innerHTML = 'it ran'"><nav><a href="http://127.0.0.1:PORT/sport">Sport</a></nav><article>
<h1>The quay is mended</h1><p class="byline">By Ida Holm</p>
<p>The northern quay is open again, eleven weeks after a barge had torn out a part of its wall. The first boats tied up on
Sunday at noon, and by the evening there was no room left.</p>
<figure><img src="http://127.0.0.1:PORT/q.jpg" alt=""><figcaption>The quay on Sunday. Photo: Per Lund</figcaption></figure>
<p>What the repair has cost is not yet known. The owner of the barge is insured, said the harbour master, who wants to have
the wall looked at every spring from now on.</p><h2>What comes next</h2><p>The southern quay is to be looked at in the
autumn, when most of the boats are out of the water and divers can work without a watch.</p></article><footer>© 2026 The Beacon</footer></body></html>"""
KOREAN = "부두 수리 끝나\n2026-05-04 10:20\n북쪽 부두가 열한 주 만에 다시 문을 열었다고 항만 관계자가 월요일에 밝혔다. 첫 배는 일요일 정오에 들어왔다.\n"
ARABIC = "<html lang=ar><title>المرفأ يفتح من جديد</title><article><h1>المرفأ يفتح من جديد</h1><p>" + (
    "قال مدير المرفأ إن الرصيف الشمالي فتح من جديد بعد أحد عشر أسبوعا من الإصلاح. " * 4) + "</p></article></html>"


class Elsewhere:
    """Another server on this machine, which the documents point to and nobody may ask."""

    def __init__(self):
        self.asked = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.count, daemon=True).start()

    def count(self):
        while True:
            connection, _ = self.socket.accept()
            self.asked += 1
            connection.close()


def fill(folder, elsewhere):
    (folder / "quay.html").write_text(PAGE.replace("PORT", str(elsewhere.port)))
    (folder / "korean.txt").write_text(KOREAN)
    (folder / "arabic.html").write_text(ARABIC)
    (folder / "broken.jsonl").write_text('{"text": "never closed\n')
    lines = (f'{{"text": "Report number {n}. The ferry left at {n} minutes past noon, and nobody was late but the cook."}}\n'
             for n in range(120))
    (folder / "many.jsonl").write_text("".join(lines))


def status(address, path, headers):
    at = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=20)
    connection.request(headers.pop("method", "GET"), path, headers=headers)
    return connection.getresponse().status


def strangers(address):
    """Who has no token, another site's name, or wants to change something gets nothing."""
    at = urllib.parse.urlsplit(address)
    token = urllib.parse.parse_qs(at.query)["token"][0]
    cookie = f"copydesk{at.port}={token}"
    assert status(address, "/api/run", {"Cookie": cookie}) == 200
    assert status(address, "/api/run", {}) == 403
    assert status(address, "/api/run", {"Cookie": f"copydesk{at.port}={'0' * 32}"}) == 403
    assert status(address, "/?token=" + "0" * 32, {}) == 403
    assert status(address, "/api/run", {"Cookie": cookie, "Host": "evil.example"}) == 403
    assert status(address, "/api/run", {"Cookie": cookie, "Host": f"evil.example:{at.port}"}) == 403
    assert status(address, "/api/run", {"Cookie": cookie, "method": "POST"}) == 405
    assert status(address, "/api/document?n=99999", {"Cookie": cookie}) == 404
    # A form of another site can send neither this origin nor this type.
    for path in ("/api/gold", "/api/replay"):
        own, json = f"http://127.0.0.1:{at.port}", "application/json"
        assert status(address, path, {"Cookie": cookie, "method": "POST", "Origin": "http://evil.example", "Content-Type": json}) == 403
        assert status(address, path, {"Cookie": cookie, "method": "POST", "Origin": own, "Content-Type": "text/plain"}) == 403
        assert status(address, path, {"method": "POST", "Origin": own, "Content-Type": json}) == 403
        assert status(address, path, {"Cookie": cookie, "method": "POST", "Origin": own, "Content-Type": json}) == 400


def check(program, pictures):
    with tempfile.TemporaryDirectory() as home:
        home = pathlib.Path(home)
        (home / "in").mkdir()
        elsewhere = Elsewhere()
        fill(home / "in", elsewhere)
        news = pathlib.Path(__file__).resolve().parents[2] / "pipelines/news.toml"
        run = subprocess.run([program, "run", news, "in", "--out", "out", "-q"], cwd=home)
        assert run.returncode == 1, run.returncode
        (home / "bo").mkdir()
        (home / "bo/gold.jsonl").write_text("")
        served = subprocess.Popen([program, "view", "out", "--gold", "ann", "--beside", "bo"], cwd=home, stdout=subprocess.PIPE, text=True,
                                  env={**os.environ, "XDG_CACHE_HOME": str(home / "cache")})
        try:
            address = served.stdout.readline().strip()
            strangers(address)
            print("strangers get nothing")
            with sync_playwright() as browsers:
                browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
                try:
                    look(browser, address, pictures, home)
                finally:
                    browser.close()
            assert elsewhere.asked == 0, f"another server was asked {elsewhere.asked} times"
            print("nothing is asked of any other server")
        finally:
            served.kill()


def look(browser, address, pictures, home):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def picture(name):
        if pictures:
            page.screenshot(path=pictures / f"{name}.png")
        found = Axe().run(page, context=":root", options={"iframes": False}).response["violations"]
        serious = [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found
                   if rule["impact"] in ("serious", "critical")]
        assert not serious, f"{name} keeps people out: {serious}"

    page.goto(address)
    expect(page.locator("h1")).to_have_text("Run")
    assert "token" not in page.url, "the token stays in the address"
    expect(page.locator(".numbers")).to_contain_text("123")
    expect(page.locator("main")).to_contain_text("broken.jsonl#line-1")
    picture("run")
    print("the run: figures and quarantine")

    page.locator(".bars a", has_text="ko").first.click()
    expect(page.locator("#count")).to_have_text("1 document")
    expect(page.locator(".list")).to_contain_text("부두 수리 끝나")
    page.locator("nav a", has_text="Documents").click()
    expect(page.locator("#count")).to_have_text("123 documents")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".pages")).to_contain_text("51 to 100")
    page.keyboard.press("/")
    page.locator("#search").fill("부두")
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_have_text("1 document")
    page.locator("#search").fill("barge wall")
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_have_text("0 documents")
    page.locator("#search").fill("northern quay")
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_have_text("1 document")
    picture("documents")
    print("documents: from a figure, by page, by search")

    page.locator(".list a").first.click()
    expect(page.locator("h1")).to_have_text("The quay is mended")
    frame = page.frame_locator("iframe")
    expect(frame.locator("article p").first).to_contain_text("By Ida Holm")
    assert "it ran" not in page.frames[1].title() and "it ran" not in frame.locator("body").inner_text()
    kept = page.locator(".entry.kept", has_text="The northern quay")
    kept.hover()
    expect(kept).to_have_class("entry kept chosen")
    paragraph = frame.locator("p", has_text="The northern quay")
    expect(paragraph).to_have_css("outline-style", "solid")
    frame.locator("figcaption").hover()
    expect(page.locator(".entry.taken.chosen")).to_contain_text("The quay on Sunday")
    page.keyboard.press("j")
    expect(page.locator(".entry.chosen")).to_contain_text("What the repair has cost")
    page.get_by_label("dropped", exact=True).uncheck()
    assert page.locator(".entry.dropped:visible").count() == 0
    expect(page.locator("table")).to_contain_text("Ida Holm")
    picture("document")
    print("a document: source and account side by side, pointed at from both")

    mark(page, picture, home)
    replay(page, picture)

    page.locator("nav a", has_text="Documents").click()
    page.locator("#search").fill("المرفأ")
    page.keyboard.press("Enter")
    page.locator(".list a").first.click()
    expect(page.locator("h1")).to_have_css("direction", "rtl")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, "wider than a phone"
    picture("phone")
    page.emulate_media(color_scheme="dark")
    picture("dark")
    print("right to left, on a phone, in the dark")

    page.locator("nav a", has_text="Documents").click()
    page.locator("#search").fill("<img src=x onerror=alert(1)> \" OR 1")
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_have_text("0 documents")
    assert not errors, errors
    print("what is typed and shown is no markup")


def mark(page, picture, home):
    """The page on the quay is marked without the mouse, and what is marked is gold."""
    gold = home / "ann/gold.jsonl"
    own = page.url
    page.get_by_label("dropped", exact=True).check()
    row = page.locator(".entry.dropped[data-block]").first
    number = int(row.get_attribute("data-block"))
    text = row.locator("p").nth(1).inner_text()
    for _ in range(40):
        page.keyboard.press("k")
    for _ in range(40):
        chosen = page.locator(".entry.chosen")
        if chosen.count() and int(chosen.get_attribute("data-block")) == number:
            break
        page.keyboard.press("j")
    page.keyboard.press("w")
    expect(page.locator("#gold-state")).to_have_text("Not done; 1 block is wrong.")
    expect(page.locator(".entry.chosen")).to_contain_text("wrong: it belongs into the text")
    page.keyboard.press("d")
    expect(page.locator("#gold-published")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("2026-05-12")
    page.keyboard.press("Enter")
    picture("marking")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != own)
    kept = [json.loads(line) for line in gold.read_text().splitlines()]
    assert len(kept) == 1 and kept[0]["done"] and kept[0]["published"] == "2026-05-12", kept
    assert text.split("\n")[0] in kept[0]["text"], (text, kept[0]["text"])
    expect(page.locator("#gold-state")).to_contain_text("Not done")
    page.goto(own)
    expect(page.locator("#gold-state")).to_have_text("Done; 1 block is wrong.")
    page.locator("nav a", has_text="Gold").click()
    expect(page.locator(".numbers")).to_contain_text("1pages done")
    expect(page.locator("table")).to_contain_text("date")
    expect(page.locator("main")).to_contain_text("There is no page that both have looked through.")
    picture("gold")
    print("gold: marked by the keyboard, kept, counted")
    page.goto(own)
    expect(page.locator("#gold-state")).to_be_visible()


def replay(page, picture):
    """Another pipeline is tried on a document and on a sample, and a mistake in it is told."""
    page.get_by_role("link", name="Try other options on it").click()
    area = page.locator("#pipeline")
    text = area.input_value()
    assert 'use = "strip-boilerplate"' in text, text
    area.fill(text.replace('use = "strip-boilerplate"', 'use = "strip-boilerplat"', 1))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#replay pre")).to_contain_text("strip-boilerplat")
    picture("replay-mistake")
    area.fill(text.replace('use = "strip-boilerplate"', 'use = "strip-boilerplate"\nheadings = false', 1))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#replay")).to_contain_text("This document")
    expect(page.locator("#replay")).to_contain_text("kept before, dropped now")
    expect(page.locator("#replay")).to_contain_text("A sample of the run")
    picture("replay")
    print("replay: what another option changes, here and in a sample")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program")
    arguments.add_argument("--pictures", type=pathlib.Path, help="a folder for pictures of what was seen")
    given = arguments.parse_args()
    if given.pictures:
        given.pictures.mkdir(parents=True, exist_ok=True)
    check(str(pathlib.Path(given.program).resolve()), given.pictures)


if __name__ == "__main__":
    sys.exit(main())
