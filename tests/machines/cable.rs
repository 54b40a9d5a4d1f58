//! A machine's line to the database: an address of its own on this machine, bytes that take their time, and a place
//! where it can be cut.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

/// What happens to the next commit on the line.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Blow {
    None,
    /// The line breaks before the server has it.
    Lose,
    /// The server has it, and the line breaks before its answer.
    LoseTheAnswer,
    /// That of a claim that lets a POST go out: its answer stays in the line until [`Cable::let_go`].
    HoldAClaim,
}

#[derive(Default)]
struct State {
    /// The way there and back together, in microseconds.
    round_trip: AtomicU64,
    blow: AtomicU8,
    holds: AtomicBool,
    /// Times that something was asked after something had been answered.
    trips: AtomicU64,
    lines: Mutex<Vec<TcpStream>>,
    down: AtomicBool,
    /// Nobody hears the server's calls, as behind a PgBouncer in transaction mode.
    deaf: AtomicBool,
}

/// It lies as long as the test.
pub(crate) struct Cable {
    pub(crate) at: Ipv4Addr,
    pub(crate) port: u16,
    state: Arc<State>,
}

impl Cable {
    /// To that port of this machine, from an address of the machine of that number.
    pub(crate) fn lay(machine: u8, to: u16) -> Self {
        let at = Ipv4Addr::new(127, 0, 0, 10 + machine);
        let listener = TcpListener::bind((at, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                // A server that is not there refuses; whoever came through us sees the line end.
                if shared.down.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, to)) else { continue };
                let _ = (near.set_nodelay(true), far.set_nodelay(true));
                join(near, far, &shared);
            }
        });
        Self { at, port, state }
    }

    /// What a question and its answer take on the line beside the server's own time.
    pub(crate) fn takes(&self, round_trip: Duration) {
        self.state.round_trip.store(u64::try_from(round_trip.as_micros()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn strike(&self, blow: Blow) {
        self.state.blow.store(blow as u8, Ordering::SeqCst);
    }

    /// Whether the answer to a claim lies in the line.
    pub(crate) fn holds(&self) -> bool {
        self.state.holds.load(Ordering::SeqCst)
    }

    pub(crate) fn let_go(&self) {
        self.state.holds.store(false, Ordering::SeqCst);
    }

    /// The line is gone, or back.
    pub(crate) fn is_down(&self, down: bool) {
        self.state.down.store(down, Ordering::SeqCst);
        if down {
            for line in self.state.lines.lock().unwrap().drain(..) {
                let _ = line.shutdown(Shutdown::Both);
            }
        }
    }

    /// From the next connection on no call of the server is heard.
    pub(crate) fn is_deaf(&self) {
        self.state.deaf.store(true, Ordering::SeqCst);
    }

    /// Round trips so far.
    pub(crate) fn trips(&self) -> u64 {
        self.state.trips.load(Ordering::SeqCst)
    }
}

fn join(near: TcpStream, far: TcpStream, state: &Arc<State>) {
    state.lines.lock().unwrap().extend([near.try_clone().unwrap(), far.try_clone().unwrap()]);
    let (near_back, far_back) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    let (silent, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(true)));
    let held = Arc::new(AtomicBool::new(false));
    {
        let (state, silent, answered, held) =
            (Arc::clone(state), Arc::clone(&silent), Arc::clone(&answered), Arc::clone(&held));
        let mut claims = false;
        let there = Arc::clone(&state);
        thread::spawn(move || {
            pass(near, far, there, move |bytes| {
                if answered.swap(false, Ordering::SeqCst) {
                    state.trips.fetch_add(1, Ordering::SeqCst);
                }
                let says = |word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
                claims |= says(b"INSERT INTO sends");
                if says(b"ROLLBACK") {
                    claims = false;
                }
                if !says(b"COMMIT") {
                    return true;
                }
                let blow = state.blow.load(Ordering::SeqCst);
                let is_claim = std::mem::take(&mut claims);
                if blow == Blow::HoldAClaim as u8 && !is_claim {
                    return true;
                }
                state.blow.store(Blow::None as u8, Ordering::SeqCst);
                match blow {
                    _ if blow == Blow::Lose as u8 => return false,
                    _ if blow == Blow::LoseTheAnswer as u8 => silent.store(true, Ordering::SeqCst),
                    _ if blow == Blow::HoldAClaim as u8 => {
                        state.holds.store(true, Ordering::SeqCst);
                        held.store(true, Ordering::SeqCst);
                    }
                    _ => {}
                }
                true
            });
        });
    }
    let state = Arc::clone(state);
    let back = Arc::clone(&state);
    thread::spawn(move || {
        pass(far_back, near_back, back, move |_| {
            answered.store(true, Ordering::SeqCst);
            while held.load(Ordering::SeqCst) && state.holds.load(Ordering::SeqCst) {
                thread::park_timeout(Duration::from_millis(5));
            }
            held.store(false, Ordering::SeqCst);
            !silent.load(Ordering::SeqCst)
        });
    });
}

/// Passes bytes on, each after half of a round trip, until one side ends, or `may` says no: then the line is cut.
fn pass(mut from: TcpStream, mut to: TcpStream, state: Arc<State>, mut may: impl FnMut(&[u8]) -> bool) {
    const WISH: &[u8] = b"LISTEN reeltop";
    let (on_the_way, arrive) = mpsc::channel::<(Instant, Vec<u8>)>();
    let out = to.try_clone().unwrap();
    let writer = thread::spawn(move || {
        let mut out = out;
        for (at, bytes) in arrive {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            if out.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = out.shutdown(Shutdown::Both);
    });
    let mut bytes = [0; 65_536];
    while let Ok(n @ 1..) = from.read(&mut bytes) {
        if !may(&bytes[..n]) {
            break;
        }
        if state.deaf.load(Ordering::SeqCst)
            && let Some(at) = bytes[..n].windows(WISH.len()).position(|part| part == WISH)
        {
            bytes[at + WISH.len() - 1] = b'x';
        }
        let way = Duration::from_micros(state.round_trip.load(Ordering::SeqCst)) / 2;
        let done = if way.is_zero() {
            to.write_all(&bytes[..n]).is_ok()
        } else {
            on_the_way.send((Instant::now() + way, bytes[..n].to_vec())).is_ok()
        };
        if !done {
            break;
        }
    }
    drop(on_the_way);
    let _ = writer.join();
    let _ = from.shutdown(Shutdown::Both);
}
