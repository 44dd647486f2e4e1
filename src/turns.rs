//! Work that is done on all threads and taken in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

use crate::error::Result;

/// Makes as many things as told, on all threads, and takes each in turn while the next are made.
///
/// # Errors
/// What `make` or `take` reports first.
pub fn in_turn<T: Send>(
    count: usize,
    make: impl Fn(usize) -> Result<T> + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let (next, thread_count) = (AtomicUsize::new(0), rayon::current_num_threads());
    std::thread::scope(|scope| {
        let (give, given) = sync_channel(thread_count);
        for _ in 0..thread_count {
            let (give, next, make) = (give.clone(), &next, &make);
            scope.spawn(move || {
                let mut number = next.fetch_add(1, Ordering::Relaxed);
                // Whoever takes them has stopped where they cannot be given.
                while number < count && give.send((number, make(number))).is_ok() {
                    number = next.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        drop(give);
        let (mut waiting, mut due) = (BTreeMap::new(), 0);
        for (number, made) in given {
            waiting.insert(number, made?);
            while let Some(made) = waiting.remove(&due) {
                take(made)?;
                due += 1;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn things_are_taken_in_their_order_until_one_fails() {
        let slow_first = |number: usize| {
            std::thread::sleep(std::time::Duration::from_millis(if number == 0 { 20 } else { 0 }));
            if number == 7 { Err(Error::Bug("seven".to_owned())) } else { Ok(number) }
        };
        let mut taken = Vec::new();
        in_turn(7, slow_first, |number| {
            taken.push(number);
            Ok(())
        })
        .unwrap();
        assert_eq!(taken, [0, 1, 2, 3, 4, 5, 6]);
        assert!(in_turn(20, slow_first, |_| Ok(())).is_err());
        assert!(in_turn(7, slow_first, |_| Err(Error::Bug("taker".to_owned()))).is_err());
    }
}
