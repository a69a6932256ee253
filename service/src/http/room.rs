//! What the bodies of all calls may have together: room that is taken as bytes arrive, by one caller as by the other.
//!
//! Reading a body takes many times its size in memory, so that a few large ones at once would take more than a pod has.
//! All bodies but one share a small room, of which no caller may have more than its part. One at a time, the leader, may
//! go on to the limit of a body; who leads next goes round the callers.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// The most memory that reading a body takes, as a multiple of it.
const TIMES: usize = 40;
/// What is assumed where nothing limits the memory.
const ASSUMED_MEMORY: usize = 512 << 20;
/// The least that all bodies but the leader share.
const LEAST: usize = 64 << 10;

/// Whose a body is: issuer and tenant, of nobody known all are one; and whether it is large, so that the large ones of a
/// caller leave its small ones a part.
pub(super) type Key = (Option<String>, Option<String>, bool);

/// The room of all bodies.
#[derive(Debug)]
pub(super) struct Room {
    /// The most that one caller may have of what is shared.
    part: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug)]
struct Taken {
    free: usize,
    by_key: HashMap<Key, usize>,
    leads: bool,
    /// Who led last.
    last: Option<Key>,
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    key: Key,
    bytes: usize,
    tell: oneshot::Sender<Grant>,
}

/// What is given to who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grant {
    Shared,
    Lead,
}

/// What one body has of the room, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Portion {
    room: Arc<Room>,
    key: Key,
    shared: usize,
    leads: bool,
}

impl Room {
    /// Room for bodies of up to `limit` bytes inside so much memory, for so many callers.
    pub(super) fn new(limit: usize, memory: Option<usize>, callers: usize) -> Arc<Self> {
        let half = memory.unwrap_or(ASSUMED_MEMORY) / 2 / TIMES;
        let shared = half.saturating_sub(limit).max(limit / 4).max(LEAST);
        Arc::new(Self {
            part: match callers {
                0 | 1 => shared,
                several => (shared / several).max(LEAST).min(shared / 2),
            },
            taken: Mutex::new(Taken {
                free: shared,
                by_key: HashMap::new(),
                leads: false,
                last: None,
                waiting: VecDeque::new(),
            }),
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The portion of a body of which nothing has come yet.
    pub(super) fn portion(self: &Arc<Self>, key: Key) -> Portion {
        Portion {
            room: Arc::clone(self),
            key,
            shared: 0,
            leads: false,
        }
    }
}

impl Portion {
    /// Takes room for so many more bytes, which may have to be waited for.
    pub(super) async fn grow(&mut self, bytes: usize) {
        if self.leads {
            return;
        }
        let room = Arc::clone(&self.room);
        let told = {
            let mut taken = room.taken();
            match taken.now(&self.key, bytes, self.room.part) {
                Some(Grant::Shared) => {
                    self.shared += bytes;
                    return;
                }
                Some(Grant::Lead) => {
                    self.lead(&mut taken);
                    return;
                }
                None => {
                    let (tell, told) = oneshot::channel();
                    taken.waiting.push_back(Waiting {
                        key: self.key.clone(),
                        bytes,
                        tell,
                    });
                    told
                }
            }
        };
        let mut waits = Waits {
            room: &room,
            key: &self.key,
            bytes,
            told: Some(told),
        };
        let granted = match &mut waits.told {
            Some(told) => told.await,
            None => return,
        };
        waits.told = None;
        drop(waits);
        match granted {
            Ok(Grant::Lead) => self.lead(&mut room.taken()),
            Ok(Grant::Shared) => self.shared += bytes,
            // The room outlives its portions, so that this does not happen.
            Err(_) => {}
        }
    }

    /// What the leader has is not of the room that is shared.
    fn lead(&mut self, taken: &mut Taken) {
        self.leads = true;
        let shared = std::mem::take(&mut self.shared);
        taken.give_back(&self.key, shared);
        taken.hand_out(self.room.part);
    }
}

impl Drop for Portion {
    fn drop(&mut self) {
        let mut taken = self.room.taken();
        taken.give_back(&self.key, self.shared);
        if self.leads {
            taken.leads = false;
        }
        taken.hand_out(self.room.part);
    }
}

/// Somebody who waits; what is granted to who has given up goes back.
struct Waits<'a> {
    room: &'a Room,
    key: &'a Key,
    bytes: usize,
    told: Option<oneshot::Receiver<Grant>>,
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        let Some(mut told) = self.told.take() else { return };
        let mut taken = self.room.taken();
        // Closed with the lock held: from here on nothing is granted to it.
        told.close();
        if let Ok(grant) = told.try_recv() {
            taken.undo(self.key, self.bytes, grant);
            taken.hand_out(self.room.part);
        }
    }
}

impl Taken {
    /// Whether the shared room has so much for this caller.
    fn fits(&self, key: &Key, bytes: usize, part: usize) -> bool {
        let has = self.by_key.get(key).copied().unwrap_or_default();
        bytes <= self.free && has.saturating_add(bytes) <= part
    }

    fn take(&mut self, key: &Key, bytes: usize) {
        self.free = self.free.saturating_sub(bytes);
        *self.by_key.entry(key.clone()).or_default() += bytes;
    }

    /// What can be given at once.
    fn now(&mut self, key: &Key, bytes: usize, part: usize) -> Option<Grant> {
        if self.fits(key, bytes, part) {
            self.take(key, bytes);
            return Some(Grant::Shared);
        }
        if self.leads {
            return None;
        }
        self.leads = true;
        self.last = Some(key.clone());
        Some(Grant::Lead)
    }

    fn give_back(&mut self, key: &Key, bytes: usize) {
        self.free += bytes;
        if let Some(has) = self.by_key.get_mut(key) {
            *has = has.saturating_sub(bytes);
            if *has == 0 {
                self.by_key.remove(key);
            }
        }
    }

    fn undo(&mut self, key: &Key, bytes: usize, grant: Grant) {
        match grant {
            Grant::Shared => self.give_back(key, bytes),
            Grant::Lead => self.leads = false,
        }
    }

    /// Gives those who wait what there is now: the lead to the first who is not of the caller that led last.
    fn hand_out(&mut self, part: usize) {
        while !self.leads {
            let other = |waiting: &Waiting| Some(&waiting.key) != self.last.as_ref();
            let at = self.waiting.iter().position(other).unwrap_or_default();
            let Some(next) = self.waiting.remove(at) else {
                break;
            };
            self.leads = next.tell.send(Grant::Lead).is_ok();
            if self.leads {
                self.last = Some(next.key);
            }
        }
        let mut at = 0;
        while let Some((key, bytes)) = self.waiting.get(at).map(|next| (next.key.clone(), next.bytes)) {
            if !self.fits(&key, bytes, part) {
                at += 1;
                continue;
            }
            let Some(next) = self.waiting.remove(at) else {
                break;
            };
            if next.tell.send(Grant::Shared).is_ok() {
                self.take(&key, bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    const LIMIT: usize = 4 << 20;
    const KIB: usize = 1 << 10;

    fn of(name: &str) -> Key {
        (Some(name.to_owned()), None, false)
    }

    fn grows(portion: &mut Portion, bytes: usize) -> bool {
        portion.grow(bytes).now_or_never().is_some()
    }

    fn free(room: &Room) -> usize {
        room.taken().free
    }

    #[test]
    fn room_follows_the_memory_and_one_of_the_greatest_size_leaves_some_to_others() {
        assert_eq!(free(&Room::new(LIMIT, Some(256 << 20), 1)), LIMIT / 4);
        assert!(free(&Room::new(LIMIT, Some(1 << 30), 1)) > 2 * LIMIT);
        assert_eq!(free(&Room::new(64 << 10, Some(16 << 20), 1)), 144_179);
    }

    #[test]
    fn one_body_goes_on_to_the_limit_and_the_others_share_the_rest() {
        let room = Room::new(LIMIT, Some(256 << 20), 1);
        let [mut one, mut other, mut small] = [(); 3].map(|()| room.portion(of("a")));
        assert!(grows(&mut one, LIMIT / 4) && !one.leads);
        assert!(grows(&mut one, KIB) && one.leads);
        assert!(grows(&mut one, LIMIT));
        assert_eq!(free(&room), LIMIT / 4);
        assert!(grows(&mut other, LIMIT / 4 - 30 * KIB));
        assert!(!grows(&mut other, 64 * KIB), "a second leader");
        assert!(grows(&mut small, 30 * KIB));
        drop((one, small));
        assert!(grows(&mut other, LIMIT) && other.leads);
        drop(other);
        assert_eq!(free(&room), LIMIT / 4);
        assert!(room.taken().by_key.is_empty());
    }

    #[test]
    fn a_caller_with_many_bodies_leaves_the_others_their_part_and_their_turn() {
        let room = Room::new(LIMIT, Some(256 << 20), 2);
        let mut greedy: Vec<Portion> = (0..9).map(|_| room.portion(of("greedy"))).collect();
        let had: Vec<bool> = greedy
            .iter_mut()
            .map(|portion| grows(portion, 128 * KIB))
            .collect();
        // Half of what is shared, and the lead.
        assert_eq!(had, [true, true, true, true, true, false, false, false, false]);
        let mut other = room.portion(of("other"));
        assert!(grows(&mut other, 512 * KIB));
        let more = greedy.last_mut().unwrap();
        let mut waiting = Box::pin(more.grow(128 * KIB));
        assert!(waiting.as_mut().now_or_never().is_none());
        let mut leading = Box::pin(other.grow(128 * KIB));
        assert!(leading.as_mut().now_or_never().is_none());
        drop(waiting);
        // The leader ends, and although the greedy one has waited longer the other is next.
        let mut again = greedy.pop().unwrap();
        let mut waiting = Box::pin(again.grow(128 * KIB));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(greedy.remove(4));
        assert!(leading.as_mut().now_or_never().is_some());
        drop(leading);
        assert!(other.leads && waiting.as_mut().now_or_never().is_none());
    }

    #[test]
    fn what_is_granted_to_who_has_given_up_goes_back() {
        let room = Room::new(LIMIT, Some(256 << 20), 1);
        let [mut leader, mut second, mut third] = [(); 3].map(|()| room.portion(of("a")));
        assert!(grows(&mut leader, LIMIT));
        let mut given_up = Box::pin(second.grow(LIMIT));
        assert!(given_up.as_mut().now_or_never().is_none());
        drop(leader);
        drop(given_up);
        assert!(grows(&mut third, LIMIT) && third.leads);
    }
}
