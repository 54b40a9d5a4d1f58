//! The service's stand-in: the same protocol over real HTTP on this machine, with a storage host beside it, for
//! `--demo`, for learning and for tests. Nothing in it knows our client.
//!
//! The same seed and the same order of calls give the same run times, ids and faults.

mod api;
mod books;
mod callback;
mod clock;
mod connection;
mod fault;
mod gateway;
mod records;
mod rules;
mod storage;
mod taken;

pub use books::{Counts, End, Preloaded, Submission};
pub use callback::Callback;
pub use clock::SimClock;
pub use fault::{BadFault, Fault, FaultInfo, Faults};
pub use records::Charge;
pub use storage::Download;

use axum::Router;
use books::Books;
use connection::{Connections, Scissors};
use domain::{
    amount::{Amount, Currency},
    catalogue::Catalogue,
    mutex::lock,
    time::{HOUR, SECOND, Wall},
};
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};
use storage::Signer;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// A video of six seconds of a test picture, 1366x768, H.264.
pub const CLIP: &[u8] = include_bytes!("clip.mp4");

/// Videos as [`CLIP`] of other things, so that tasks are told apart by their pictures.
const OTHERS: [&[u8]; 5] = [
    include_bytes!("clips/hills.mp4"),
    include_bytes!("clips/sea.mp4"),
    include_bytes!("clips/snow.mp4"),
    include_bytes!("clips/city.mp4"),
    include_bytes!("clips/forest.mp4"),
];

/// The video of a file of that id, where they are to differ: always the same one.
#[must_use]
pub fn clip_of(file: &str) -> &'static [u8] {
    let number: usize = file.bytes().map(usize::from).sum();
    OTHERS[number % OTHERS.len()]
}

/// How the simulator behaves.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// Where the service listens; port 0 takes a free one. The storage takes a free port of the same address.
    pub listen: SocketAddr,
    /// Decides run times, ids and chances.
    pub seed: u64,
    /// Where its ids begin: one that is started again gives none that the one before it gave.
    pub ids_from: u64,
    pub faults: Faults,
    /// Its models.
    pub catalogue: Catalogue,
    /// Whose prices it charges: in PTC it plays the 302.AI gateway; in USD and CNY MiniMax's own host, which has no
    /// records, no balance and no uploads.
    pub currency: Currency,
    /// The shortest and the longest run of a task, in milliseconds.
    pub run_ms: (u64, u64),
    /// The account's balance at the start.
    pub balance: Amount,
    /// The only key it takes; `None` takes any.
    pub key: Option<String>,
    /// How long a file's address is good, in milliseconds.
    pub address_life_ms: u64,
    /// Submissions it takes in any 60 seconds; `None` for any number.
    pub per_minute: Option<usize>,
    /// The pace of a download; `None` for as fast as it goes.
    pub bytes_per_second: Option<usize>,
    /// Whether tasks have different videos ([`clip_of`]) and not all of them [`CLIP`].
    pub various: bool,
    /// Its time.
    pub clock: SimClock,
}

impl SimConfig {
    /// Runs of 20 to 90 seconds, addresses good for nine hours, 50 PTC, no faults, one video for all.
    #[must_use]
    pub fn demo(catalogue: Catalogue) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 302,
            ids_from: 0,
            faults: Faults::default(),
            catalogue,
            currency: Currency::Ptc,
            run_ms: (20 * SECOND, 90 * SECOND),
            balance: Amount::from_thousandths(50_000),
            key: None,
            address_life_ms: 9 * HOUR,
            per_minute: None,
            bytes_per_second: Some(40_000),
            various: false,
            clock: SimClock::machine(),
        }
    }
}

/// A running simulator. It stops when this value is dropped.
#[derive(Debug)]
pub struct Simulator {
    base_url: String,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    servers: [JoinHandle<()>; 2],
}

/// What the handlers share.
struct Shared {
    books: Mutex<Books>,
    downloads: Mutex<Vec<Download>>,
    callbacks: Mutex<Vec<Callback>>,
    counts: watch::Sender<Counts>,
    clock: SimClock,
    key: Option<String>,
    signer: Signer,
    storage_url: String,
    address_life_ms: u64,
    bytes_per_second: Option<usize>,
    various: bool,
    stopped: watch::Receiver<bool>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("counts", &*self.counts.borrow()).finish_non_exhaustive()
    }
}

impl Shared {
    /// The video of that file.
    fn clip(&self, file: &str) -> &'static [u8] {
        if self.various { clip_of(file) } else { CLIP }
    }

    /// Lets `work` read and change the books, and tells those who wait for a count.
    fn change<T>(&self, work: impl FnOnce(&mut Books, Wall) -> T) -> T {
        let now = self.clock.now();
        let mut books = lock(&self.books);
        let result = work(&mut books, now);
        self.counts.send_replace(books.counts);
        result
    }

    fn note(&self, download: Download) {
        lock(&self.downloads).push(download);
    }

    fn note_callback(&self, callback: Callback) {
        lock(&self.callbacks).push(callback);
        self.change(|books, _| books.counts.callbacks += 1);
    }

    /// Comes back when the simulator is stopped.
    async fn stopped(&self) {
        self.stopped.clone().wait_for(|stopped| *stopped).await.ok();
    }
}

/// The address at which it was to listen, as far as it is known, and why it cannot.
#[derive(Debug)]
pub struct CannotListen {
    pub at: Option<SocketAddr>,
    pub error: std::io::Error,
}

impl Simulator {
    /// Starts it inside the running tokio runtime. It serves from the moment this returns.
    ///
    /// # Errors
    /// When the address cannot be listened at.
    pub async fn start(config: SimConfig) -> Result<Self, CannotListen> {
        let api = listen(config.listen).await?;
        let files = listen(SocketAddr::new(config.listen.ip(), 0)).await?;
        let (base_url, storage_url) = (url(&api)?, url(&files)?);
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::new(Shared {
            books: Mutex::new(Books::new(&config)),
            downloads: Mutex::default(),
            callbacks: Mutex::default(),
            counts: watch::Sender::default(),
            clock: config.clock,
            key: config.key,
            signer: Signer::new(config.seed),
            storage_url,
            address_life_ms: config.address_life_ms,
            bytes_per_second: config.bytes_per_second,
            various: config.various,
            stopped,
        });
        let servers = [
            serve(api, api::router(Arc::clone(&shared), config.currency == Currency::Ptc), Arc::clone(&shared)),
            serve(files, storage::router(Arc::clone(&shared)), Arc::clone(&shared)),
        ];
        Ok(Self { base_url, shared, stop, servers })
    }

    /// Scheme, host and port of the service. The API is under `/minimaxi/v1`, `/v1` and at the root.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Scheme, host and port of the storage.
    #[must_use]
    pub fn storage_url(&self) -> &str {
        &self.shared.storage_url
    }

    /// Adds tasks that were accepted earlier. They cost nothing now.
    pub fn preload(&self, tasks: Vec<Preloaded>) {
        self.shared.change(|books, now| books.preload(tasks, now));
    }

    /// What was counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        *self.shared.counts.borrow()
    }

    /// Waits until the counts are as wanted.
    pub async fn until(&self, wanted: impl FnMut(&Counts) -> bool) {
        self.shared.counts.subscribe().wait_for(wanted).await.ok();
    }

    /// Every submission that arrived, in order.
    #[must_use]
    pub fn submissions(&self) -> Vec<Submission> {
        self.shared.change(|books, _| books.submissions.clone())
    }

    /// How many submissions of that very prompt arrived.
    #[must_use]
    pub fn submissions_of(&self, prompt: &str) -> usize {
        self.shared.change(|books, _| books.submissions.iter().filter(|one| one.prompt == prompt).count())
    }

    /// The balance that is left.
    #[must_use]
    pub fn balance(&self) -> Amount {
        self.shared.change(|books, _| books.balance)
    }

    /// Every request to the storage, in order.
    #[must_use]
    pub fn downloads(&self) -> Vec<Download> {
        lock(&self.shared.downloads).clone()
    }

    /// Everything that was charged, in order, as its books have it.
    #[must_use]
    pub fn charges(&self) -> Vec<Charge> {
        self.shared.change(|books, _| books.log.charges())
    }

    /// Every post to a callback address, in order.
    #[must_use]
    pub fn callbacks(&self) -> Vec<Callback> {
        lock(&self.shared.callbacks).clone()
    }

    /// What a client must never do and did: the key sent to the storage, fields the service does not know.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.shared.change(|books, _| books.violations.clone())
    }

    /// Stops listening, cuts what still runs, and comes back when the ports are free.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for server in self.servers {
            let abort = server.abort_handle();
            if tokio::time::timeout(Duration::from_secs(1), server).await.is_err() {
                abort.abort();
            }
        }
    }
}

async fn listen(at: SocketAddr) -> Result<TcpListener, CannotListen> {
    TcpListener::bind(at).await.map_err(|error| CannotListen { at: Some(at), error })
}

fn url(listener: &TcpListener) -> Result<String, CannotListen> {
    let at = listener.local_addr().map_err(|error| CannotListen { at: None, error })?;
    // "All addresses" is a place to listen at, not one to call.
    let ip = if at.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { at.ip() };
    Ok(format!("http://{}", SocketAddr::new(ip, at.port())))
}

fn serve(listener: TcpListener, router: Router, shared: Arc<Shared>) -> JoinHandle<()> {
    let service = router.into_make_service_with_connect_info::<Scissors>();
    let server =
        axum::serve(Connections(listener), service).with_graceful_shutdown(async move { shared.stopped().await });
    tokio::spawn(async move {
        // Serving ends by the stop alone; it has no errors of its own.
        server.await.ok();
    })
}
