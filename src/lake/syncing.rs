//! Files on their way to the disk, beside the work that goes on.

use std::fs::File;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::error::{Error, Result};

/// Threads that wait for the disk: a disk is quicker with several files at once.
const WAITING: usize = 4;

/// Files that are kept open until it is their turn.
const QUEUE: usize = 32;

type Written = (PathBuf, File);

/// Files that were written, and are not yet known to be on the disk.
#[derive(Debug, Default)]
pub(super) struct Syncing(Mutex<Option<Queue>>);

#[derive(Debug)]
struct Queue {
    files: SyncSender<Written>,
    threads: Vec<JoinHandle<Result<()>>>,
}

impl Syncing {
    /// Has a file put onto the disk. Waits only where the disk is far behind.
    pub(super) fn put(&self, path: PathBuf, file: File) -> Result<()> {
        let files = self.lock().get_or_insert_with(Queue::new).files.clone();
        files.send((path, file)).map_err(|gone| {
            let (path, _) = gone.0;
            Error::Bug(format!("nobody waits for `{}` to be on the disk", path.display()))
        })
    }

    /// Waits until all files are on the disk.
    ///
    /// # Errors
    /// [`Error::Io`] naming a file that the disk refused.
    pub(super) fn wait(&self) -> Result<()> {
        let Some(Queue { files, threads }) = self.lock().take() else { return Ok(()) };
        drop(files);
        threads.into_iter().try_for_each(|thread| match thread.join() {
            Ok(synced) => synced,
            Err(_) => Err(Error::Bug("a thread that waits for the disk has ended early".to_owned())),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Queue>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn new() -> Self {
        let (files, taken) = sync_channel(QUEUE);
        let taken = Arc::new(Mutex::new(taken));
        let threads = (0..WAITING).map(|_| {
            let taken = Arc::clone(&taken);
            std::thread::spawn(move || sync_all(&taken))
        });
        Self { files, threads: threads.collect() }
    }
}

// After a refusal the rest is still taken, so that nobody waits for room in the queue.
fn sync_all(files: &Mutex<Receiver<Written>>) -> Result<()> {
    let next = || files.lock().unwrap_or_else(PoisonError::into_inner).recv();
    let mut outcome = Ok(());
    while let Ok((path, file)) = next() {
        let synced = file.sync_all().map_err(|e| Error::io("write", path, e));
        outcome = outcome.and(synced);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_files_than_the_queue_holds_are_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let syncing = Syncing::default();
        for round in 0..2 {
            for number in 0..QUEUE * 3 {
                let path = folder.path().join(format!("{round}-{number}"));
                std::fs::write(&path, b"x").unwrap();
                syncing.put(path.clone(), File::open(&path).unwrap()).unwrap();
            }
            syncing.wait().unwrap();
        }
        syncing.wait().unwrap();
    }

    #[test]
    #[cfg(unix)]
    fn what_the_disk_refuses_is_named() {
        let (reader, _writer) = std::io::pipe().unwrap();
        let pipe = File::from(std::os::fd::OwnedFd::from(reader));
        let syncing = Syncing::default();
        syncing.put(PathBuf::from("no-disk"), pipe).unwrap();
        let error = syncing.wait().unwrap_err().to_string();
        assert!(error.contains("no-disk"), "{error}");
        syncing.wait().unwrap();
    }
}
