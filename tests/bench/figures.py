#!/usr/bin/env python3
"""The 23 figures by which reeltop is judged fast, beside a floor (the least program that draws such a table) in one run, as
a Markdown table. Nothing is asserted: times drift with the machine's load, so look at the ratios. From a clean checkout:

    tests/bench/figures.py --probe ../shared/tools --floor ../shared/floor --million >figures.md

--probe    the folder of tui_probe.py, which drives a terminal program and measures it
--floor    the floor program, or the folder of its crate, which is then built: `floor 10000 --hw --sync --marker` draws a
           table of as many rows
--ours     the program; where nothing is said it is built from nothing, in target/figures, and that is timed
--load     the load benchmark as built (`cargo bench --bench load --no-run`); built where nothing is said
--screen   likewise the screen benchmark
--million  with stores of 1,000,000 tasks too, which take minutes to make
"""
import argparse, json, os, pathlib, re, shutil, socket, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT = ROOT / "target/figures"
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--probe", default=os.environ.get("TUI_PROBE"), required="TUI_PROBE" not in os.environ)
parser.add_argument("--floor", default=os.environ.get("TUI_FLOOR"), required="TUI_FLOOR" not in os.environ)
parser.add_argument("--ours")
parser.add_argument("--load")
parser.add_argument("--screen")
parser.add_argument("--only", type=lambda text: {int(n) for n in text.split(",")}, help="such as 1,4,14")
parser.add_argument("--runs", type=int, default=5)
parser.add_argument("--million", action="store_true")
args = parser.parse_args()
sys.path.insert(0, args.probe)
from tui_probe import Tui, check_restore, now, resize_storm  # noqa: E402


def cargo(target: pathlib.Path, *words: str) -> str:
    """Runs cargo with that target folder; what it says for machines."""
    say = subprocess.run(["cargo", *words, "--locked"], cwd=ROOT, env={**os.environ, "CARGO_TARGET_DIR": str(target)},
                         stdout=subprocess.PIPE, text=True, check=True)
    return say.stdout


def built() -> float | None:
    """Builds what was not given, the program first and from nothing. How long that took, in seconds."""
    took = None
    if not args.ours:
        shutil.rmtree(BUILT, ignore_errors=True)
        begun = time.perf_counter()
        cargo(BUILT, "build", "--release")
        took, args.ours = time.perf_counter() - begun, str(BUILT / "release/reeltop")
    for name in ("load", "screen"):
        if not getattr(args, name):
            told = cargo(BUILT, "bench", "--no-run", "--bench", name, "--message-format", "json")
            made = (line for line in map(json.loads, told.splitlines()) if line.get("executable"))
            setattr(args, name, next(line["executable"] for line in made if line["target"]["name"] == name))
    if pathlib.Path(args.floor).is_dir():
        cargo(BUILT / "floor", "build", "--release", "--manifest-path", f"{args.floor}/Cargo.toml")
        args.floor = str(BUILT / "floor/release/floor")
    return took


BUILD_TOOK = built()
HOME = pathlib.Path(tempfile.mkdtemp(prefix="figures-"))
ENV = {"HOME": str(HOME), "REELTOP_API_KEY": "sk-for-the-benchmark-only", "XDG_CONFIG_HOME": f"{HOME}/c", "LANG": "C.UTF-8"}
CONFIG = HOME / "config.toml"
CONFIG.write_text('[profiles.302ai]\nbase_url = "http://127.0.0.1:9"\nrecords = false\n[notify]\nosc9 = false\n')
MANY = 1_000_000 if args.million else 100_000
rows: list[tuple[int, str, str, str, str]] = []


def say(n: int, figure: str, ours, floor="", ratio=""):
    shown = [f"{v:,.2f}".rstrip("0").rstrip(".") if isinstance(v, float) else str(v) for v in (ours, floor, ratio)]
    rows.append((n, figure, *shown))
    print(f"| {n} | {figure} | {' | '.join(shown)} |", flush=True)


def store(n: int, old_unsent: int = 0) -> str:
    """A store of n tasks, its oldest unsent; made once."""
    path = HOME / f"store-{n}-{old_unsent}"
    if not path.exists():
        call(path, "bench-fill", str(n), *(["--old-unsent", str(old_unsent)] if old_unsent else []))
    return str(path)


def call(data, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run([args.ours, *words, *flags(data)], env={**os.environ, **ENV}, check=True, capture_output=True)


def flags(data) -> list[str]:
    return ["--config", str(CONFIG), "--data-dir", str(data)]


def ours(data, **how) -> Tui:
    return Tui([args.ours, *flags(data)], env=ENV, **how)


def floor(n: int, *words: str, **how) -> Tui:
    return Tui([args.floor, str(n), "--hw", "--sync", "--marker", *words], **how)


def whole(n: int) -> str:
    return rf"of {n:,}" if n else r"."


def median(make, value, runs=None) -> float:
    return statistics.median(value(make) for _ in range(runs or args.runs))


def paint(make) -> float:
    with make() as t:
        return t.startup()["first_paint"]


def ready(n):
    def value(make):
        with make() as t:
            up = t.startup(whole(n), timeout=60)
            return up["ready"] or float("nan")
    return value


def apart(n: int) -> str:
    """A copy of a store: where the cursor is left is kept, and the other figures begin at the top."""
    path = HOME / f"apart-{n}"
    if not path.exists():
        shutil.copytree(store(n), path)
    return str(path)


def last_row(n):
    """From the start to the last row under the cursor, `G` being pressed until it is there."""
    def value(make):
        with make() as t:
            t.expect(whole(n), 60)
            # The oldest task is in the last row; the count beside the columns follows when the cursor rests.
            while not re.search(r"▌ +#1 ", t.screen()):
                t.key("G")
                t.settle(60, 5)
                if time.perf_counter() - t.t0 > 10:
                    return float("nan")
            return 1_000 * (time.perf_counter() - t.t0)
    return value


def keys(t: Tui, which="j", count=120):
    return t.keys(which, count=count)


def f1():
    a, b = median(lambda: ours(store(100_000)), paint), median(lambda: floor(10_000), paint)
    say(1, "first paint, 100,000 tasks, ms", a, b, a / b)
    none = median(lambda: ours(store(0)), paint)
    say(1, "the same against a store with none", a, none, a / none)


def f2():
    plain = median(lambda: ours(store(100_000)), ready(100_000))
    say(2, "first page and totals, 100,000 tasks, ms", plain)
    say(2, "the last row in reach, ms at most", median(lambda: ours(apart(100_000)), last_row(100_000)))
    old = median(lambda: ours(store(100_000, 10)), ready(100_000))
    say(2, "the same with 10 old unsent at the bottom", old, plain, old / plain)


def f3():
    deaf = socket.create_server(("127.0.0.1", 0))
    config = HOME / "deaf.toml"
    config.write_text(f'[profiles.302ai]\nbase_url = "http://127.0.0.1:{deaf.getsockname()[1]}"\n')
    make = lambda **how: Tui([args.ours, "--config", str(config), "--data-dir", store(1_000)], env=ENV, **how)
    base = median(lambda: ours(store(1_000)), paint)
    mute = median(lambda: make(answer=False), paint)
    say(3, "paint, terminal and service never answer, ms more", mute - base)
    with make() as t:
        say(3, "round trips before paint", t.startup()["round_trips_before_paint"])


def f4():
    for which, name in (("j", "scroll"), ("jk", "move")):
        with ours(store(100_000)) as a, floor(100_000) as b:
            a.startup(whole(100_000)), b.startup()
            if which == "j":
                a.flood("j", 60), b.flood("j", 60)
            x, y = keys(a, which)["last_byte_ms"], keys(b, which)["last_byte_ms"]
            say(4, f"key to last byte, a {name}, median ms", x["median"], y["median"], x["median"] / y["median"])
            say(4, f"the same, p99 ms", x["p99"], y["p99"], x["p99"] / y["p99"])


def f5():
    data = HOME / "served"
    data.mkdir()
    served = subprocess.Popen([args.load, "serve", str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        config = served.stdout.readline().strip()
        with Tui([args.ours, "--config", config, "--data-dir", str(data)], env=ENV) as t:
            t.startup(whole(1_050))
            k = keys(t, "jk", 200)
            say(5, "key to last byte while 1,000 are polled and 50 saved: median, p99 ms; missed",
                f"{k['last_byte_ms']['median']}, {k['last_byte_ms']['p99']}; {k['missed']}")
    finally:
        served.kill()


def f6():
    cpu = {}
    for n in (100, 100_000):
        with ours(store(n)) as t:
            t.startup(whole(n))
            cpu[n] = keys(t, "jk", 200)["cpu_ms_per_key"]
    say(6, "CPU a key at 100,000 tasks against 100, ms", cpu[100_000], cpu[100], cpu[100_000] / cpu[100])


def f7_8_9():
    with ours(store(100_000)) as a, floor(100_000) as b:
        a.startup(whole(100_000)), b.startup()
        x, y = keys(a, "jk"), keys(b, "jk")
        say(7, "bytes a highlight move", x["bytes_per_key"]["median"], y["bytes_per_key"]["median"])
        a.flood("j", 60), b.flood("j", 60)
        x, y = keys(a, "j"), keys(b, "j")
        say(8, "bytes a one-row scroll", x["bytes_per_key"]["median"], y["bytes_per_key"]["median"])
        say(9, "torn, full clears, synchronized; writes a key",
            f"{x['torn_share']}, {x['full_clear_share']}, {x['sync_share']}; {x['write_calls_per_key']}")


def f10():
    with ours(store(100_000)) as t:
        t.startup(whole(100_000))
        time.sleep(3)
        with t.window() as w:
            time.sleep(30)
        say(10, "idle for 30 s: bytes; CPU %; wake-ups a second", f"{w.bytes}; {w.cpu_percent}; {w.ctxsw_per_s}")


def f11():
    told = subprocess.run([args.screen], capture_output=True, text=True, timeout=900, check=True).stdout
    size = ""
    for line in told.splitlines():
        if not line.startswith(" "):
            size = line
        elif "changing" in line or "off the screen" in line:
            what, _, figures = line.strip().partition(": ")
            say(11, f"{size}, {what}", figures)


def f12():
    with ours(store(100_000), read_bps=20_000) as t:
        t.startup(whole(100_000))
        # The table follows the key; detail is drawn once the key rests, and is the last that changes.
        say(12, "20 kB/s line, key held 3 s: detail's lag, ms", t.hold()["lag_ms"])
        t.key("f")
        t.settle(500)
        say(12, "the same, the table alone on the screen", t.hold("k")["lag_ms"])


def f13():
    def burst(t):
        """When the last byte of the first burst came, in ms, and how many bytes it was: detail follows once the keys rest."""
        n = len(t.chunks)
        begun = now()
        t.flood("j", 1_000)
        until, size = begun, 0
        for at, chunk in t.chunks[n:]:
            if size and at - until > 0.06:
                break
            until, size = at, size + len(chunk)
        return (until - begun) * 1000, size

    with ours(store(100_000)) as a, floor(100_000) as b:
        a.startup(whole(100_000)), b.startup()
        a.key("f")
        a.settle(500)
        (took, size), (least, fewest) = burst(a), burst(b)
        say(13, "1,000 keys in one write, the table alone on the screen: ms", took, least, took / least)
        at = re.search(r"([\d,]+) of 100,000", a.screen())
        say(13, "bytes a key; the row it came to", f"{size / 1_000}; {at and at.group(1)}", fewest / 1_000)


def f14():
    for n in (1_000, 100_000, *([1_000_000] if args.million else [])):
        with ours(store(n)) as t:
            t.startup(whole(n), timeout=60)
            time.sleep(1)
            m = t.memory()
            say(14, f"memory at {n:,} tasks: peak, now, shared out; MB", ", ".join(f"{m[k] / 1024:.1f}" for k in ("hwm_kb", "rss_kb", "pss_kb")))


def f15():
    out = check_restore([args.ours, *flags(store(1_000))], ready=whole(1_000), quit_keys="q", env=ENV)
    bad = [name for name, one in out.items() if not one["ok"]]
    say(15, "terminal as it was after " + ", ".join(out), "all" if not bad else f"not after {bad}")


def f16():
    with ours(store(1_000)) as t:
        t.startup(whole(1_000))
        r = resize_storm(t)
        say(16, "resize storm: right; settled in ms", f"{r['ok']}; {r.get('settle_ms')}")


def f17():
    parts("sweep", 17)


def f18():
    parts("files", 18)


def parts(part: str, n: int):
    """What the load benchmark says of that part."""
    told = subprocess.run([args.load, part], capture_output=True, text=True, timeout=900, check=True).stdout
    for line in filter(str.strip, told.splitlines()[1:]):
        what, _, figures = line.strip().partition(": ")
        say(n, f"{part}, {what}", figures)


def f19():
    with ours(store(1_000)) as t:
        t.startup(whole(1_000))
        t.key("n")
        t.settle()
        k = keys(t, "a", 60)
        say(19, "typing in compose: bytes, ms a character", f"{k['bytes_per_key']['median']}, {k['last_byte_ms']['median']}")
        with t.window() as w:
            t.paste("a long prompt, again and again. " * 3_200)
            t.settle(300)
        say(19, "a paste of 100 kB: CPU ms; frames", f"{1_000 * w.cpu_s:.0f}; {w.sync_frames}")


def f20():
    n = MANY
    first = median(lambda: ours(store(n)), ready(n), 3)
    say(20, f"{n:,} tasks: first page, ms", first)
    old = median(lambda: ours(store(n, 10)), ready(n), 3)
    say(20, "the same with 10 old unsent at the bottom", old, first, old / first)
    say(20, "the last row in reach, ms at most", median(lambda: ours(apart(n)), last_row(n), 3))
    with ours(store(n)) as t:
        t.startup(whole(n), timeout=60)
        time.sleep(3)
        for name, typed in (("filter", "/fox\r"), ("sort", "s")):
            with t.window() as w:
                t.send(typed)
                time.sleep(0.3)  # else it is as quiet as before the key
                t.settle(200, 10)
            say(20, f"{name}, CPU ms", 1_000 * w.cpu_s)


def f21():
    cpu = {}
    for n in (1_000, MANY):
        data = store(n, 40)
        with ours(data) as t:
            t.startup(whole(n), timeout=60)
            time.sleep(3)
            with t.window() as w:
                for key in range(1, 21):
                    call(data, "cancel", str(key))
                time.sleep(0.5)
            cpu[n] = 50 * w.cpu_s
        shutil.rmtree(data)
    say(21, f"CPU for one row's change at {MANY:,} tasks against 1,000, ms", cpu[MANY], cpu[1_000], cpu[MANY] / cpu[1_000])


def f22():
    tree = ["cargo", "tree", "-e", "normal,build", "--prefix", "none"]
    crates = len(set(subprocess.run(tree, cwd=ROOT, capture_output=True, text=True).stdout.split("\n"))) - 1
    if BUILD_TOOK:
        say(22, "cold release build, s", BUILD_TOOK)
    say(22, "binary, MB; crates", f"{os.path.getsize(args.ours) / 1e6:.1f}; {crates}")


def f23():
    data = store(MANY, 10)
    for words in (["list", "state:queued"], ["export", "--short"]):
        begun = time.perf_counter()
        child = subprocess.Popen([args.ours, *words, *flags(data)], env={**os.environ, **ENV}, stdout=subprocess.DEVNULL)
        _, _, used = os.wait4(child.pid, 0)
        say(23, f"`{' '.join(words)}`, {MANY:,} tasks: s; peak MB", f"{time.perf_counter() - begun:.2f}; {used.ru_maxrss / 1024:.0f}")


ALL = {1: f1, 2: f2, 3: f3, 4: f4, 5: f5, 6: f6, 7: f7_8_9, 10: f10, 11: f11, 12: f12, 13: f13, 14: f14, 15: f15, 16: f16,
       17: f17, 18: f18, 19: f19, 20: f20, 21: f21, 22: f22, 23: f23}
print("| # | figure | ours | floor, or what it is held against | ratio |\n| --- | --- | --- | --- | --- |")
try:
    for number, figure in ALL.items():
        if not args.only or number in args.only:
            try:
                figure()
            except Exception as wrong:  # the others are still wanted
                say(number, "not measured", f"{type(wrong).__name__}: {str(wrong)[:120]}")
finally:
    shutil.rmtree(HOME, ignore_errors=True)
