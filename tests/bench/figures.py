#!/usr/bin/env python3
"""The 23 figures by which reeltop is judged fast, beside a floor (the least program that draws such a table) in one
run, as a Markdown table. Nothing is asserted: times drift with the machine's load, so look at the ratios. From a clean
checkout:

    tests/bench/figures.py --probe ../shared/tools --floor ../shared/floor --million >figures.md

--probe    the folder of tui_probe.py, which drives a terminal program and measures it
--floor    the floor program, or the folder of its crate, which is then built: `floor 10000 --hw --sync --marker` draws
           a table of as many rows
--ours     the program; where nothing is said it is built from nothing, in target/figures, and that is timed
--load     the load benchmark as built (`cargo bench --bench load --no-run`); built where nothing is said
--screen   likewise the screen benchmark
--million  with stores of 1,000,000 tasks too, which take minutes to make

A figure that cannot be taken as it is defined is said to be not measured. What is pressed, counted and held against
what stands in the figure's own line.
"""
import contextlib, os, pathlib, re, shutil, signal, socket, subprocess, sys, threading, time

sys.dont_write_bytecode = True  # no folder of it among the sources
from harness import (BUILD_TOOK, ENV, HOME, ROOT, args, beside, call, flags, floor, ours, paint, press, say, served, store,
                     up, whole)
from tui_probe import ExpectTimeout, Tui, check_restore, resize_storm

MANY = 1_000_000
UNSENT = 10  # and as many unknown and ready
NOT_MEASURED = "not measured"


def f1():
    many, least, none = beside(lambda: paint(ours(store(100_000))), lambda: paint(floor(10_000)),
                               lambda: paint(ours(store(0))))
    say(1, "first paint, 100,000 tasks; floor with 10,000 rows, ms", many, least)
    say(1, "the same; ours with none", many, none)


def ready(n: int, data) -> float:
    """When the first page and the totals are there, in ms."""
    with ours(data) as t:
        return t.startup(whole(n), timeout=60)["ready"] or float("nan")


def last_row(n: int, data) -> float:
    """From the start to the last row under the cursor, in ms; `G` is pressed until it is there."""
    with ours(data) as t:
        t.expect(whole(n), 60)
        while time.perf_counter() - t.t0 < 60:
            t.key("G")
            # The oldest task is in the last row; the count over the table follows when the cursor rests.
            with contextlib.suppress(ExpectTimeout):
                t.expect(r"▌ +#1 ", 0.02)
                return 1_000 * (time.perf_counter() - t.t0)
    return float("nan")


def first_and_last(n: int, number: int, runs=None):
    plain, old = store(n), store(n, UNSENT)
    page, of_old = beside(lambda: ready(n, plain), lambda: ready(n, old), runs=runs)
    last, last_of_old = beside(lambda: last_row(n, plain), lambda: last_row(n, old), runs=runs)
    say(number, f"first page and totals, {n:,} tasks, ms", page)
    say(number, "the whole list navigable: its last row under the cursor, ms", last)
    lies = f"{UNSENT} old unsent and {UNSENT} unknown and ready at the bottom; without them"
    say(number, f"first page and totals, {lies}, ms", of_old, page)
    say(number, f"the whole list navigable, {lies}, ms", last_of_old, last)


def f2():
    first_and_last(100_000, 2)


LATE_S = 0.5
RTT_MS = 500


def f3():
    with served(1, often=False) as (data, config), socket.create_server(("127.0.0.1", 0)) as deaf:
        said = config.read_text()

        def against(address: str) -> pathlib.Path:
            other = data / f"{address.rpartition(':')[2]}.toml"
            other.write_text(re.sub(r'base_url = "[^"]*"', f'base_url = "http://{address}"', said))
            return other

        def from_slow_disk() -> float:
            """Its config is a pipe, out of which it comes so much after it was opened."""
            pipe = data / "slow.toml"
            pipe.unlink(missing_ok=True)
            os.mkfifo(pipe)

            def write():
                with open(pipe, "w") as end:
                    time.sleep(LATE_S)
                    end.write(said)

            threading.Thread(target=write, daemon=True).start()
            return paint(ours(data, pipe))

        hanging, dead = against(f"127.0.0.1:{deaf.getsockname()[1]}"), against("127.0.0.1:9")
        base, far, *others = beside(
            lambda: paint(ours(data, config)), lambda: paint(ours(data, config, rtt_ms=RTT_MS)),
            lambda: paint(ours(data, config, answer=False)), lambda: paint(ours(data, dead)),
            lambda: paint(ours(data, hanging)), from_slow_disk)
        names = ("the terminal never answers", "the service is dead", "the service hangs", f"its config comes {LATE_S} s late")
        for name, took in zip(names, others):
            say(3, f"paint where {name}, ms more than where all answer", took - base)
        say(3, "round trips to the terminal that paint waits for", round((far - base) / RTT_MS))


def key_to_last_byte(n: int, t: Tui, least: Tui, which: str, what: str):
    """Both medians and both p99 of 300 keys."""
    mine, theirs = t.keys(which, 300), least.keys(which, 300)
    for name in ("median", "p99"):
        say(n, f"key to last byte, {what}, {name} ms", mine["last_byte_ms"][name], theirs["last_byte_ms"][name])
    return mine


WAYS = (("jk", "a move"), ("j", "a scroll"))


def at_last_row_seen(which: str, *all_of: Tui):
    """Where each `j` scrolls."""
    for t in all_of:
        if which == "j":
            t.flood("j", 60)


def f4():
    for which, what in WAYS:
        with ours(store(100_000)) as t, floor(100_000) as least:
            up(t, 100_000), least.startup()
            at_last_row_seen(which, t, least)
            key_to_last_byte(4, t, least, which, f"{what}, 100,000 tasks")


def f5():
    running, done, n = 1_000, 50, 101_050
    for which, what in WAYS:
        with served(running, done, on_top_of=store(100_000)) as (data, config), ours(data, config) as t, floor(n) as least:
            up(t, n), least.startup()
            at_last_row_seen(which, t, least)
            videos = data / "videos"
            saved = lambda: len(list(videos.glob("*.mp4")))
            begun = time.perf_counter()
            while not saved():
                if time.perf_counter() - begun > 60:
                    raise TimeoutError("no file is saved")
                time.sleep(0.01)
            before = saved()
            k = key_to_last_byte(5, t, least, which, f"{what}, {n:,} tasks, {running:,} polled 100 a second")
            say(5, f"keys missed; files saved meanwhile, of {done}", f"{k['missed']}; {saved() - before}")


def f6():
    with ours(store(100_000)) as many, ours(store(100)) as few:
        cpu = [up(t, n).keys("jk", 300)["cpu_ms_per_key"] for t, n in ((many, 100_000), (few, 100))]
    say(6, "CPU a key at 100,000 tasks; at 100, ms", *cpu)


def bytes_a_key(n: int, figure: str, which: str):
    with ours(store(100_000)) as t, floor(100_000) as least:
        up(t, 100_000), least.startup()
        at_last_row_seen(which, t, least)
        say(n, figure, *(one.keys(which, 120)["bytes_per_key"]["median"] for one in (t, least)))


def f7():
    bytes_a_key(7, "bytes a highlight move, median", "jk")


def f8():
    bytes_a_key(8, "bytes a one-row scroll, median", "j")


MIXED = "jk" + 40 * "j" + "<PageDown><PageUp>Gg<Enter><Esc>"


def f9():
    """Frames of moves, scrolls, pages, both ends and detail over the whole screen."""
    with ours(store(100_000)) as t:
        up(t, 100_000)
        n = len(t.chunks)
        with t.window() as w:
            torn = t.keys(MIXED, 240)["torn_share"]
        raw = b"".join(chunk for _, chunk in t.chunks[n:])
    outside = re.sub(rb"\x1b\[\?2026h.*?\x1b\[\?2026l", b"", raw, flags=re.S)
    say(9, "torn frames; full clears", f"{torn:.0%}; {w.full_clears}")
    say(9, "synchronized frames", "all" if not outside else f"{len(outside)} of {len(raw)} bytes are in none")
    say(9, "writes a frame", writes_a_frame() if shutil.which("strace") else f"{NOT_MEASURED}: strace is not installed")


def writes_a_frame() -> float:
    """Only those to the terminal, which strace tells from the store's."""
    log = HOME / "writes"
    writes = lambda: log.read_text(errors="replace").count("</dev/pts/")
    traced = ["strace", "-f", "-y", "-s0", "--seccomp-bpf", "-qq", "-e", "trace=write,writev", "-o", str(log)]
    with Tui([*traced, args.ours, *flags(store(100_000))], env=ENV) as t:
        up(t, 100_000)
        before = writes()
        with t.window() as w:
            t.keys(MIXED, 240)
        return (writes() - before) / w.sync_frames


def f10():
    def idle(t: Tui, n: int, what: str):
        up(t, n)
        time.sleep(15)  # workers that have nothing to do end after ten seconds
        with t.window() as w:
            time.sleep(30)
        say(10, f"idle for 30 s, {what}: bytes; CPU %; wake-ups a second", f"{w.bytes}; {w.cpu_percent}; {w.ctxsw_per_s}")

    with ours(store(100_000)) as t:
        idle(t, 100_000, "nothing running, a file store")
    with served(1, on_top_of=store(100_000), often=False) as (data, config), ours(data, config) as t:
        idle(t, 100_001, "one task running, a file store")
    say(10, "the same on a server's store", NOT_MEASURED)


def f11():
    """Rows change by another program's hand in the store, as its polls would have them change."""
    with served(1_000) as (data, config):
        config.write_text(config.read_text().replace("every_seconds = 1\n", "every_seconds = 3600\n"))
        with ours(data, config) as t:
            up(t, 1_000)
            time.sleep(15)  # all have been asked once
            for which, what in (("seen", "20 visible rows changing 10 times a second"), ("unseen", "200 a second off screen")):
                changes = subprocess.Popen([args.load, "change", str(data), which, "12"])
                time.sleep(1)
                with t.window() as w:
                    time.sleep(10)
                assert changes.wait() == 0
                figures = f"{w.bytes_per_s:.0f}; {w.bytes_per_s / 200:.1f}; {w.cpu_percent:.1f}"
                say(11, f"{what}, by another program: bytes a second; a changed row; CPU %", figures)
    with floor(20, "--live", "10", "--touch", "20") as least:
        least.startup()
        with least.window() as w:
            time.sleep(10)
    say(11, "the floor with 20 rows, of which some 13 change 10 times a second", "", f"{w.bytes_per_s:.0f}; ; {w.cpu_percent:.1f}")
    told = subprocess.run([args.screen], capture_output=True, text=True, timeout=900, check=True).stdout
    for line in told.partition("120x40\n")[2].splitlines():
        if "changing" in line or "off the screen" in line:
            what, _, figures = line.strip().partition(": ")
            say(11, f"{what}, thought about and drawn alone", figures)


def first_burst(t: Tui, since: float, n: int) -> tuple[float, int]:
    """How long after `since` the last byte came before a pause, in ms, and how many came from chunk `n` on: place and
    detail follow once the keys rest, and what a line has piled up comes without one."""
    until, size = since, 0
    for at, chunk in t.chunks[n:]:
        if size and at - until > 0.06:
            break
        until, size = max(at, since), size + len(chunk)
    return (until - since) * 1_000, size


def f12():
    def lag(t: Tui) -> float:
        t.hold()
        n = next(n for n, (at, _) in enumerate(t.chunks) if at > t.t_input)
        return first_burst(t, t.t_input, n)[0]

    with ours(store(100_000), read_bps=20_000) as t, floor(100_000, read_bps=20_000) as least:
        up(t, 100_000), least.startup()
        say(12, "20 kB/s line, key held 3 s: lag of detail, which comes last, ms", t.hold()["lag_ms"])
        press(t, "f")
        press(t, "g")
        say(12, "the same, the table alone on the screen: its lag, ms", lag(t), lag(least))


def f13():
    def burst(t: Tui) -> tuple[float, float]:
        n, begun = len(t.chunks), time.perf_counter()
        t.flood("j", 1_000)
        took, size = first_burst(t, begun, n)
        return took, size / 1_000

    with ours(store(100_000)) as t, floor(100_000) as least:
        up(t, 100_000), least.startup()
        press(t, "f")
        (took, size), (shortest, fewest) = burst(t), burst(least)
        say(13, "1,000 keys in one write, the table alone on the screen: ms", took, shortest)
        say(13, "bytes a key", size, fewest)
        at = re.search(r"([\d,]+) of 100,000", t.screen())
        say(13, "the row it came to; the right one", at and at.group(1), "1,001", "")


def f14():
    for n in (1_000, 100_000, MANY):
        if n == MANY and not args.million:
            say(14, f"memory at {n:,} tasks", f"{NOT_MEASURED}: --million")
            continue
        with ours(store(n)) as t, floor(n) as least:
            up(t, n), least.startup()
            last_row_of(t)
            peak, least_peak = (one.memory()["hwm_kb"] / 1_024 for one in (t, least))
            say(14, f"memory at {n:,} tasks, the most at once, MB", peak, least_peak)


def last_row_of(t: Tui):
    """Once it is there, all are."""
    while not re.search(r"▌ +#1 ", t.screen()):
        press(t, "G", 100)


def f15():
    command, n = [args.ours, *flags(store(1_000))], 1_000
    ways = ["quit", "ctrl-c", "hangup", "suspend", "ctrl-z"]
    out = check_restore(command, ready=whole(n), quit_keys="q", env=ENV, methods=ways)
    bad = [name for name, one in out.items() if not one["ok"] or one.get("exit_ms", 0) > 1_000]
    # They end no program, or stop it as Ctrl-Z does; KILL and STOP cannot be caught.
    others = "KILL STOP TSTP TTIN TTOU CHLD CONT URG WINCH".split()
    signals = sorted(signal.valid_signals() - {getattr(signal, f"SIG{name}") for name in others})
    for number in signals:
        with ours(store(n)) as t:
            t.expect(whole(n))
            t.signal(number)
            # What is left without an effect must not have hurt either.
            if not t.wait_exit(1):
                t.key("q")
            if not t.wait_exit(1) or not t.restored()["ok"]:
                bad.append(signal.Signals(number).name if number in list(signal.Signals) else number)
    what = ", ".join(out) + f" and {len(signals)} signals"
    say(15, f"terminal as it was within 1 s after {what}", "all" if not bad else f"not after {', '.join(map(str, bad))}")
    say(15, "the same after a panic", f"{NOT_MEASURED}: nothing typed makes it panic; tests/terminal.rs has one")


def f16():
    with ours(store(1_000)) as t, floor(1_000) as least:
        up(t, 1_000), least.startup()
        r, theirs = resize_storm(t, final_regex=whole(1_000)), resize_storm(least)
        say(16, "resize storm, 100 in 5 s, down to 1x1: alive; right screen", f"{r['alive']}; {r['ok']}")
        say(16, "settled in ms", r.get("settle_ms"), theirs.get("settle_ms"))


def f17():
    parts("sweep", 17)


def f18():
    parts("files", 18)


def parts(part: str, n: int):
    """What the load benchmark says of that part: its lines have our columns."""
    told = subprocess.run([args.load, part], capture_output=True, text=True, timeout=900, check=True).stdout
    title, *lines = filter(str.strip, told.splitlines())
    for line in lines:
        what, _, figures = line.strip().partition(": ")
        say(n, f"{title}; {what}", *map(str.strip, (figures + " | |").split("|")[:3]))


def f19():
    with ours(store(1_000)) as t:
        up(t, 1_000)
        press(t, "n")
        k = t.keys("a", 60)
        say(19, "typing in compose: bytes a character", k["bytes_per_key"]["median"])
        say(19, "the same: ms to the last byte, median", k["last_byte_ms"]["median"])
        with t.window() as w:
            n = len(t.chunks)
            t.paste("a long prompt, again and again. " * 3_125)
            time.sleep(1)
        took = (t.chunks[-1][0] - t.t_input) * 1_000 if len(t.chunks) > n else float("nan")
        say(19, "a paste of 100 kB: ms to the last byte; frames; CPU ms", f"{took:.1f}; {w.sync_frames}; {1_000 * w.cpu_s:.0f}")


def f20():
    first_and_last(MANY, 20, runs=3)
    for data, holds in ((store(MANY), ""), (store(MANY, UNSENT), ", old ones at the bottom")):
        with ours(data) as t:
            up(t, MANY)
            press(t, "f")
            last_row_of(t)
            press(t, "g")
            press(t, "/")
            filtered = max(press(t, key, 1_000) for key in ["f", "o", "x", "<Enter>"])
            say(20, f"filter, the slowest of its keys{holds}, ms", filtered)
            press(t, "<Esc>", 1_000)
            say(20, f"sort, the slowest of five columns{holds}, ms", max(by_next_column(t) for _ in range(5)))


def by_next_column(t: Tui) -> float:
    press(t, "s")
    press(t, "j")
    return press(t, "<Enter>", 1_000)


def f21():
    changes, cpu = 20, []
    for n in (MANY, 1_000):
        data = HOME / "changed"
        shutil.copytree(store(n, UNSENT * 2), data)
        with ours(data) as t:
            up(t, n)
            last_row_of(t)
            time.sleep(2)
            with t.window() as w:
                for key in range(1, changes + 1):
                    call(data, "cancel", str(key))
                time.sleep(0.5)
            cpu.append(1_000 * w.cpu_s / changes)
        shutil.rmtree(data)
    say(21, f"CPU of one row's change, from another program to the screen, at {MANY:,} tasks; at 1,000, ms", *cpu)


def f22():
    tree = ["cargo", "tree", "--locked", "-e", "normal,build", "--prefix", "none"]
    lines = set(subprocess.run(tree, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines())
    say(22, "cold release build, s", BUILD_TOOK or f"{NOT_MEASURED}: --ours was given")
    say(22, "binary, MB", os.path.getsize(args.ours) / 1e6)
    say(22, "crates, each once and ours too", len({line.removesuffix(" (*)") for line in lines}))
    say(22, "lines of `cargo tree -e normal,build --prefix none`, sorted -u: some stand there twice, once with (*)", len(lines))


def f23():
    """With old tasks at the bottom."""
    def run(words) -> tuple[float, float]:
        """Seconds, and the most memory at once in MB; the kernel's own word of a child counts us, who were copied, too."""
        peak, begun = 0, time.perf_counter()
        child = subprocess.Popen([args.ours, *words, *flags(data)], env={**os.environ, **ENV}, stdout=subprocess.DEVNULL)
        while child.poll() is None:
            with contextlib.suppress(OSError):
                found = re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{child.pid}/status").read_text())
                peak = max(peak, int(found[1])) if found else peak
            time.sleep(0.001)
        assert child.returncode == 0
        return time.perf_counter() - begun, peak / 1_024

    data = store(MANY, UNSENT)
    for words in (["list", "state:queued"], ["export", "--short"]):
        took, peak = map(sorted, zip(*(run(words) for _ in range(3))))
        say(23, f"`{' '.join(words)}`, {MANY:,} tasks: s", took[1])
        say(23, "the same: memory, MB", peak[1])


ALL = {n: globals()[f"f{n}"] for n in range(1, 24)}
print("| # | figure | ours | floor, or what it is held against | ratio |\n| --- | --- | --- | --- | --- |")
try:
    for number, figure in ALL.items():
        if args.only and number not in args.only:
            continue
        if number in (20, 21, 23) and not args.million:
            say(number, f"{MANY:,} tasks", f"{NOT_MEASURED}: --million")
            continue
        try:
            figure()
        except Exception as wrong:  # the others are still wanted
            say(number, NOT_MEASURED, f"{type(wrong).__name__}: {str(wrong)[:120]}")
finally:
    shutil.rmtree(HOME, ignore_errors=True)
