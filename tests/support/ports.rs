//! Where a test's own programs can listen.

use std::{
    net::{SocketAddr, TcpListener},
    sync::atomic::{AtomicUsize, Ordering},
};

/// A port below those that the system gives out by itself, since one of them could be given to another test between
/// this look and its use.
pub(crate) fn free_address() -> SocketAddr {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let skipped = std::process::id() as usize + 61 * ASKED.fetch_add(1, Ordering::Relaxed);
    let ports = (10_000..30_000).cycle().skip(skipped % 20_000);
    let mut addresses = ports.map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    addresses.find(|at| TcpListener::bind(at).is_ok()).unwrap()
}
