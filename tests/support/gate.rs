//! A service that answers a submission only when the test says so. Everything else it answers at once: the balance, and
//! that every task still runs.

#[allow(clippy::duplicate_mod, reason = "a test may use the raw servers of `net`, too")]
#[path = "../net/request.rs"]
mod request;

use super::DEADLINE;
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread,
};

/// The id of every task it accepts.
pub(crate) const ID: &str = "106916112212032";

/// The service; it stops with the test.
pub(crate) struct Gate {
    pub(crate) url: String,
    posts: Arc<AtomicUsize>,
    arrived: Receiver<()>,
    open: Sender<()>,
}

impl Gate {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, arrived) = mpsc::channel();
        let (open, opened) = mpsc::channel();
        let (posts, opened) = (Arc::<AtomicUsize>::default(), Arc::new(Mutex::new(opened)));
        let (count, again) = (Arc::clone(&posts), open.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (count, tell, again, opened) =
                    (Arc::clone(&count), tell.clone(), again.clone(), Arc::clone(&opened));
                thread::spawn(move || serve(stream, &count, &tell, &again, &opened));
            }
        });
        Self { url, posts, arrived, open }
    }

    /// Waits until a submission has arrived whole.
    pub(crate) fn arrives(&self) {
        self.arrived.recv_timeout(DEADLINE).expect("no submission arrived");
    }

    /// Lets one submission be accepted.
    pub(crate) fn accept(&self) {
        self.open.send(()).unwrap();
    }

    /// How many submissions have arrived.
    pub(crate) fn posts(&self) -> usize {
        self.posts.load(Ordering::SeqCst)
    }
}

fn serve(
    mut stream: TcpStream,
    count: &AtomicUsize,
    tell: &Sender<()>,
    again: &Sender<()>,
    opened: &Mutex<Receiver<()>>,
) {
    while let Some(request) = read_request(&mut stream) {
        let body = if request.starts_with("POST") {
            count.fetch_add(1, Ordering::SeqCst);
            tell.send(()).ok();
            if opened.lock().unwrap().recv().is_err() {
                return;
            }
            if is_closed(&stream) {
                // Its program was killed: the answer is meant for another one.
                again.send(()).ok();
                return;
            }
            format!(r#"{{"task_id":"{ID}","base_resp":{{"status_code":0,"status_msg":"success"}}}}"#)
        } else if request.contains("/balance") {
            r#"{"data":{"balance":"12.34"}}"#.into()
        } else {
            format!(
                r#"{{"task_id":"{ID}","status":"Processing","base_resp":{{"status_code":0,"status_msg":"success"}}}}"#
            )
        };
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn is_closed(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let closed = !matches!(stream.peek(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
    stream.set_nonblocking(false).unwrap();
    closed
}

/// The next request of a connection, whole; `None` when there is none.
fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        if let Some(request) = request::whole(&bytes) {
            return Some(request);
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&piece[..n]),
        }
    }
}
