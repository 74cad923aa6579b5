//! What waits to be stored, and is stored together with whatever else waits then: a transaction costs about as much as
//! what is in it, and SQLite runs one at a time. Whoever comes while nobody is storing begins at once, and so waits for
//! nobody; the busier it is, the more go into one transaction.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedMutexGuard, oneshot};

/// Most that go into one transaction, so that others who want to write wait for milliseconds.
const MAX_TOGETHER: usize = 64;

/// The waiting, and whose turn it is to store them.
#[derive(Debug)]
pub struct Intake<T, R> {
    waiting: Mutex<Vec<(T, oneshot::Sender<R>)>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl<T, R> Default for Intake<T, R> {
    fn default() -> Self {
        Self { waiting: Mutex::default(), turn: Arc::default() }
    }
}

/// What a waiting one has come to.
#[derive(Debug)]
pub enum Turn<T, R> {
    /// It was stored, or could not be.
    Told(R),
    /// It is the caller who stores these, which may be others than its own, and then asks again.
    Store(Batch<T, R>),
    /// Whoever was to store it has gone without a word.
    Lost,
}

/// Some that are to be stored together; nobody else stores any while this is there.
#[derive(Debug)]
pub struct Batch<T, R> {
    /// Each with whom to tell what came of it.
    pub waiting: Vec<(T, oneshot::Sender<R>)>,
    _turn: OwnedMutexGuard<()>,
}

impl<T, R> Intake<T, R> {
    /// Puts one in. Ask [`Self::turn`] until it is told what came of it.
    pub fn put(&self, one: T) -> oneshot::Receiver<R> {
        let (sender, outcome) = oneshot::channel();
        self.waiting().push((one, sender));
        outcome
    }

    /// Waits for what comes first: the outcome, or the turn to store.
    pub async fn turn(&self, outcome: &mut oneshot::Receiver<R>) -> Turn<T, R> {
        let turn = tokio::select! {
            biased;
            told = &mut *outcome => return told.map_or(Turn::Lost, Turn::Told),
            turn = self.turn.clone().lock_owned() => turn,
        };
        let mut waiting = self.waiting();
        let count = waiting.len().min(MAX_TOGETHER);
        Turn::Store(Batch { waiting: waiting.drain(..count).collect(), _turn: turn })
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<(T, oneshot::Sender<R>)>> {
        // A panic elsewhere cannot leave a list half-changed.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn store(intake: &Intake<u32, u32>, outcome: &mut oneshot::Receiver<u32>) -> Result<u32, usize> {
        match intake.turn(outcome).await {
            Turn::Told(told) => Ok(told),
            Turn::Store(batch) => {
                let count = batch.waiting.len();
                for (one, sender) in batch.waiting {
                    sender.send(one).expect("somebody listens");
                }
                Err(count)
            }
            Turn::Lost => panic!("nobody went"),
        }
    }

    #[tokio::test]
    async fn whoever_comes_first_stores_for_all_and_each_is_told_its_own() {
        let intake = Intake::default();
        let (mut one, mut two) = (intake.put(1), intake.put(2));
        assert_eq!(store(&intake, &mut two).await, Err(2));
        assert_eq!(store(&intake, &mut one).await, Ok(1));
        assert_eq!(store(&intake, &mut two).await, Ok(2));
    }

    #[tokio::test]
    async fn nobody_is_left_behind_by_a_full_batch() {
        let intake = Intake::default();
        let mut all: Vec<_> = (0..150).map(|one| intake.put(one)).collect();
        let last = all.last_mut().expect("some");
        let counts = [store(&intake, last).await, store(&intake, last).await, store(&intake, last).await];
        assert_eq!(counts, [Err(MAX_TOGETHER), Err(MAX_TOGETHER), Err(150 - 2 * MAX_TOGETHER)]);
        assert_eq!(store(&intake, last).await, Ok(149));
    }

    #[tokio::test]
    async fn nobody_stores_while_somebody_does() {
        let intake = Intake::<u32, u32>::default();
        let (mut one, mut two) = (intake.put(1), intake.put(2));
        let Turn::Store(batch) = intake.turn(&mut one).await else { panic!("it is its turn") };
        {
            let waits = std::pin::pin!(intake.turn(&mut two));
            assert!(futures::poll!(waits).is_pending());
        }
        drop(batch);
        assert!(matches!(intake.turn(&mut two).await, Turn::Lost));
    }
}
