//! The end of a part: written on a thread of its own, while more comes, and summed up on the way, so that a whole file
//! need not be read again for its sum.

use ring::digest::{Context, SHA256};
use std::{
    fs::File,
    io::{self, Write},
    mem,
};
use tokio::task::{JoinHandle, spawn_blocking};

/// Bytes that are best handed over at once: fewer cost more in going to and fro than in being written.
pub(super) const BATCH: usize = 128 * 1024;

/// A sum of nothing yet.
pub(super) fn sum_of_nothing() -> Context {
    Context::new(&SHA256)
}

/// Writes in the background, one batch at a time.
pub(super) struct Writer(JoinHandle<io::Result<Tip>>);

/// Where it stands.
struct Tip {
    file: File,
    /// The hash of all that is in the file, where that is known.
    sum: Option<Context>,
    /// The room of the batch before, for the next one.
    spare: Vec<u8>,
}

impl Writer {
    /// Goes on behind what is in the file, which has that sum.
    pub(super) fn new(file: File, sum: Option<Context>) -> Self {
        let tip = Tip { file, sum, spare: Vec::with_capacity(BATCH) };
        Self(spawn_blocking(|| Ok(tip)))
    }

    /// Hands over what is in `batch` and leaves it empty, once the batch before is written.
    ///
    /// # Errors
    /// Of the batch before. Nothing can be written any more then.
    pub(super) async fn write(&mut self, batch: &mut Vec<u8>) -> io::Result<()> {
        let mut tip = done(&mut self.0).await?;
        let bytes = mem::replace(batch, mem::take(&mut tip.spare));
        self.0 = spawn_blocking(move || {
            tip.file.write_all(&bytes)?;
            if let Some(sum) = &mut tip.sum {
                sum.update(&bytes);
            }
            tip.spare = bytes;
            tip.spare.clear();
            Ok(tip)
        });
        Ok(())
    }

    /// The sum of all that is in the file now, where it was known at the start.
    ///
    /// # Errors
    /// Of the last batch.
    pub(super) async fn end(mut self) -> io::Result<Option<Context>> {
        Ok(done(&mut self.0).await?.sum)
    }
}

async fn done(work: &mut JoinHandle<io::Result<Tip>>) -> io::Result<Tip> {
    work.await.unwrap_or_else(|died| Err(io::Error::other(died)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use ring::digest;

    async fn written(file: File, sum: Option<Context>, batches: &[&[u8]]) -> io::Result<Option<Context>> {
        let mut writer = Writer::new(file, sum);
        for bytes in batches {
            let mut batch = bytes.to_vec();
            writer.write(&mut batch).await?;
            assert!(batch.is_empty());
        }
        writer.end().await
    }

    #[tokio::test]
    async fn what_was_handed_over_is_in_the_file_and_in_the_sum() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let (first, second) = (vec![1; 3 * BATCH], vec![2; 5]);
        let sum = written(file.reopen().unwrap(), Some(sum_of_nothing()), &[&first, &second]).await.unwrap();
        let whole = [first, second].concat();
        assert_eq!(std::fs::read(file.path()).unwrap(), whole);
        assert_eq!(sum.unwrap().finish().as_ref(), digest::digest(&SHA256, &whole).as_ref());
        // Of what was there before it knows nothing.
        file.write_all(b"before").unwrap();
        assert!(written(file.reopen().unwrap(), None, &[b"more"]).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_disk_that_says_no_is_told_at_the_latest_at_the_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let only_to_read = File::open(file.path()).unwrap();
        assert!(written(only_to_read, Some(sum_of_nothing()), &[b"abc"]).await.is_err());
    }
}
