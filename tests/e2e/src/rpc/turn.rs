//! Whose turn it is on a chain whose clock is shared.
//!
//! A world that moves an endpoint's clock moves it for everyone. So worlds on such an endpoint take turns: threads of
//! one process, and processes too. Two worlds of the same test belong together.

use super::error::RpcError;
use alloy_primitives::keccak256;
use std::cell::RefCell;
use std::fs::File;
use std::path::PathBuf;
use std::rc::{Rc, Weak};

thread_local! {
    static HELD: RefCell<Option<(PathBuf, Weak<Turn>)>> = const { RefCell::new(None) };
}

/// The turn, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    /// Unlocked when it is closed.
    _lock: File,
}

impl Turn {
    /// Waits for the turn on an endpoint.
    pub(super) fn on(url: &str) -> Result<Rc<Self>, RpcError> {
        let name = format!("portcullis-{}.lock", &keccak256(url).to_string()[2..18]);
        let path = std::env::temp_dir().join(name);
        HELD.with_borrow_mut(|held| {
            let mine = held.as_ref().filter(|(of, _)| *of == path);
            if let Some(turn) = mine.and_then(|(_, turn)| turn.upgrade()) {
                return Ok(turn);
            }
            let locked = File::create(&path).and_then(|file| file.lock().map(|()| file));
            let lock = locked.map_err(|error| RpcError::Turn {
                path: path.clone(),
                error,
            })?;
            let turn = Rc::new(Self { _lock: lock });
            *held = Some((path, Rc::downgrade(&turn)));
            Ok(turn)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{channel, RecvTimeoutError};
    use std::time::Duration;

    #[test]
    fn one_thread_has_the_turn_and_has_it_twice() {
        let url = "turn test";
        let (first, second) = (Turn::on(url).unwrap(), Turn::on(url).unwrap());
        let (done, wait) = channel();
        let other = std::thread::spawn(move || {
            let _turn = Turn::on(url).unwrap();
            done.send(()).unwrap();
        });
        let moment = Duration::from_millis(50);
        assert_eq!(wait.recv_timeout(moment), Err(RecvTimeoutError::Timeout));
        drop(first);
        assert_eq!(wait.recv_timeout(moment), Err(RecvTimeoutError::Timeout));
        drop(second);
        wait.recv_timeout(Duration::from_secs(10))
            .expect("the turn of the other");
        other.join().unwrap();
    }
}
