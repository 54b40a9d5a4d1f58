//! The terminal's events, pumped into a channel by a task of their own, so that what is ready can be drained before a
//! frame is drawn. (Polling the event stream itself for "ready now" would lose its waker, and with it the next key.)

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use tokio::{
    sync::mpsc::{self, UnboundedReceiver},
    task::JoinHandle,
};

/// What is typed, while it is ours.
#[derive(Debug)]
pub struct Source {
    events: UnboundedReceiver<Event>,
    pump: JoinHandle<()>,
}

impl Source {
    /// Begins to read. Must be called inside a tokio runtime.
    #[must_use]
    pub fn open() -> Self {
        let (to, events) = mpsc::unbounded_channel();
        let pump = tokio::spawn(async move {
            let mut stream = EventStream::new();
            while let Some(Ok(event)) = stream.next().await {
                if to.send(event).is_err() {
                    return;
                }
            }
        });
        Self { events, pump }
    }

    /// The next event; `None` when the terminal is gone.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// An event that has come already.
    pub fn ready(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// Stops reading; what is typed from now on is another program's.
    pub async fn close(self) {
        self.pump.abort();
        let _ = self.pump.await;
    }
}
