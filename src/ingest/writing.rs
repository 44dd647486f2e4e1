//! Gathered rows being decided on and written, beside the reading of the next.

use std::sync::Arc;
use std::thread::JoinHandle;

use super::pending::{Flushed, Pending};
use super::settle::Store;
use crate::error::{Error, Result};

/// Gathered rows that are being written. Dropped, it waits too: the lake must not be written to when an ingest has failed.
pub(super) struct Writing(Option<JoinHandle<Result<Flushed>>>);

impl Writing {
    /// Has rows decided on and written, in files of at most `piece` raw bytes.
    pub(super) fn start(pending: Pending, store: &Arc<Store>, piece: u64) -> Self {
        let store = Arc::clone(store);
        Self(Some(std::thread::spawn(move || pending.flush(&store, piece))))
    }

    /// What became of them.
    pub(super) fn wait(mut self) -> Result<Flushed> {
        match self.0.take().map(JoinHandle::join) {
            Some(Ok(flushed)) => flushed,
            _ => Err(Error::Bug("the thread that writes has ended early".to_owned())),
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            let _ = thread.join();
        }
    }
}
