"""What the figures are taken with: the programs as built, stores, services, and the table that is printed."""
import argparse, contextlib, json, os, pathlib, re, shutil, sqlite3, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT = ROOT / "target/figures"


def arguments(doc: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--probe", default=os.environ.get("TUI_PROBE"), required="TUI_PROBE" not in os.environ)
    parser.add_argument("--floor", default=os.environ.get("TUI_FLOOR"), required="TUI_FLOOR" not in os.environ)
    parser.add_argument("--ours")
    parser.add_argument("--load")
    parser.add_argument("--screen")
    parser.add_argument("--only", type=lambda text: {int(n) for n in text.split(",")}, help="such as 1,4,14")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--million", action="store_true")
    return parser.parse_args()


args = arguments(sys.modules["__main__"].__doc__)
sys.path.insert(0, args.probe)
from tui_probe import Tui, now  # noqa: E402


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


def say(n: int, figure: str, ours, beside="", ratio=None):
    """A line of the table; the ratio of two numbers is told with them."""
    if ratio is None:
        numbers = isinstance(ours, (int, float)) and isinstance(beside, (int, float)) and beside
        ratio = ours / beside if numbers else ""
    shown = [f"{v:,.2f}".rstrip("0").rstrip(".") if isinstance(v, float) else str(v) for v in (ours, beside, ratio)]
    print(f"| {n} | {figure} | {' | '.join(shown)} |", flush=True)


def store(n: int, old_unsent: int = 0) -> str:
    """A store of n tasks, its oldest unsent, unknown and ready; made once."""
    path = HOME / f"store-{n}-{old_unsent}"
    if not path.exists():
        call(path, "bench-fill", str(n), *(["--old-unsent", str(old_unsent)] if old_unsent else []))
    return str(path)


def call(data, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run([args.ours, *words, *flags(data)], env={**os.environ, **ENV}, check=True, capture_output=True)


def flags(data, config=CONFIG) -> list[str]:
    return ["--config", str(config), "--data-dir", str(data)]


def ours(data, config=CONFIG, **how) -> Tui:
    """The program as at its first start: where the cursor was, the sort and the filter are kept, and every figure
    begins at the top of the whole table."""
    with contextlib.closing(sqlite3.connect(f"{data}/reeltop.db")) as kept, kept:
        kept.execute("DELETE FROM meta WHERE name LIKE 'view%'")
    return Tui([args.ours, *flags(data, config)], env=ENV, **how)


def floor(n: int, *words: str, **how) -> Tui:
    return Tui([args.floor, str(n), "--hw", "--sync", "--marker", *words], **how)


@contextlib.contextmanager
def served(running: int, done: int = 0, on_top_of=None, often=True):
    """A service with such tasks, its config, and a store that has them, on top of another's. Not `often`: asked as the
    defaults have it."""
    data = pathlib.Path(tempfile.mkdtemp(dir=HOME))
    if on_top_of:
        shutil.copytree(on_top_of, data, dirs_exist_ok=True)
    service = subprocess.Popen([args.load, "serve", str(data), str(running), str(done)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    try:
        config = pathlib.Path(service.stdout.readline().strip())
        if not often:
            config.write_text(config.read_text().partition("[poll]")[0])
        yield data, config
    finally:
        service.kill()
        shutil.rmtree(data)


def whole(n: int) -> str:
    """The count over the table, once all tasks are in it."""
    return rf"of {n:,}" if n else r"."


def up(t: Tui, n: int) -> Tui:
    if not t.startup(whole(n), timeout=60)["ok"]:
        raise TimeoutError(f"{n:,} tasks are not there after 60 s")
    return t


def press(t: Tui, keys: str, quiet_ms=300, timeout=10.0) -> float:
    """Types that; how long after the last key the last byte came that it brought, in ms."""
    before = len(t.chunks)
    t.key(keys)
    while len(t.chunks) == before:
        if now() - t.t_input > timeout:
            raise TimeoutError(f"nothing came of {keys}")
        time.sleep(0.001)
    t.settle(quiet_ms, timeout)
    return (t.chunks[-1][0] - t.t_input) * 1_000


def beside(*values, runs=None) -> list[float]:
    """The median of each, taken by turns so that the machine's load is every one's."""
    return [statistics.median(column) for column in zip(*([value() for value in values] for _ in range(runs or args.runs)))]


def paint(t: Tui) -> float:
    with t:
        return t.startup()["first_paint"]
