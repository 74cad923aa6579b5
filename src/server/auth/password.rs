//! Passwords: which are refused because others would try them first, and their hashes.
//!
//! Hashes are argon2id with 19 MiB, two passes, one lane (the first choice of the OWASP Password Storage Cheat Sheet),
//! computed off the async threads, and only a few at a time: each takes its memory.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version, password_hash::phc::PasswordHash,
};
use tokio::sync::Semaphore;

use crate::{
    domain::{account::Password, fields::Invalid},
    server::{Error, Result},
    text,
};

/// A password that is found within so many guesses is refused. Somebody who goes by what people choose has tried all of
/// the well-known ones by then, their usual endings, names with a year, rows of keys, and repetitions; three words that
/// have nothing to do with each other are far behind.
const TOO_FEW_GUESSES: u64 = 1_000_000;

/// How much of a password is looked at, in characters. The estimate tries all that characters can stand for (`1` for i
/// and l, `@` for a), on every part of the text: 100 characters that are chosen for it take 1.2 s, these at most 10 ms. What
/// comes later only makes a password harder to guess.
const LOOKED_AT_CHARS: usize = 32;
/// The same of a password with more than [`MANY_SYMBOLS`] of the symbols that can stand for letters.
const LOOKED_AT_CHARS_OF_SYMBOLS: usize = 12;
/// More of them in one password is nothing that anybody remembers.
const MANY_SYMBOLS: usize = 3;
/// Symbols that the estimate takes for letters.
const SYMBOLS_FOR_LETTERS: &str = "@({[<!|$+%";

/// No name or address that an account can have is longer.
const MAX_KNOWN_CHARS: usize = 254;

/// Hashes that are computed at once.
const AT_ONCE: usize = 2;
/// New passwords that are looked at at once: never so many that signing in waits for them.
const LOOKED_AT_AT_ONCE: usize = 1;

/// Computes password hashes.
#[derive(Clone, Debug)]
pub struct Hasher {
    slots: Arc<Semaphore>,
    looks: Arc<Semaphore>,
    /// Compared with when there is no such account, so that the answer takes as long.
    decoy: Arc<str>,
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &str) -> Result<String> {
    let hash = argon2()?.hash_password(password.as_bytes()).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(hash.to_string())
}

/// The password, unless it is among the first that somebody would try.
fn hard_to_guess(password: Password, known: &[String]) -> Option<Password> {
    let known: Vec<&str> = known.iter().map(String::as_str).chain(["streamit"]).collect();
    let guesses = zxcvbn::zxcvbn(looked_at(password.reveal()), &known).guesses();
    (guesses >= TOO_FEW_GUESSES).then_some(password)
}

/// As much of the text as is looked at in milliseconds.
fn looked_at(text: &str) -> &str {
    let symbols = SYMBOLS_FOR_LETTERS.chars().filter(|symbol| text.contains(*symbol)).count();
    let chars = if symbols > MANY_SYMBOLS { LOOKED_AT_CHARS_OF_SYMBOLS } else { LOOKED_AT_CHARS };
    let end = text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

impl Hasher {
    /// A hasher; computes one hash, the decoy.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new() -> Result<Self> {
        let decoy = hash_now("nobody has this password")?;
        let (slots, looks) = (Semaphore::new(AT_ONCE), Semaphore::new(LOOKED_AT_AT_ONCE));
        Ok(Self { slots: Arc::new(slots), looks: Arc::new(looks), decoy: decoy.into() })
    }

    /// A password that somebody chooses. `known` is what everybody knows of them.
    ///
    /// # Errors
    /// When it could not be looked at; inside, when it breaks rules, or is one of those that are tried first.
    pub async fn choose(&self, text: &str, known: &[&str]) -> Result<std::result::Result<Password, Invalid>> {
        let password = match Password::parse(text) {
            Ok(password) => password,
            Err(invalid) => return Ok(Err(invalid)),
        };
        let known: Vec<String> = known.iter().map(|word| word.chars().take(MAX_KNOWN_CHARS).collect()).collect();
        let chosen = compute(&self.looks, move || Ok(hard_to_guess(password, &known))).await?;
        Ok(chosen.ok_or_else(|| Invalid::new(text!(fields.password_is_tried_first))))
    }

    /// The hash to store, in PHC format.
    ///
    /// # Errors
    /// When it could not be computed.
    pub async fn hash(&self, password: &Password) -> Result<String> {
        let password = password.reveal().to_owned();
        compute(&self.slots, move || hash_now(&password)).await
    }

    /// Whether the password belongs to `hash`. Without a hash it takes as long and says no.
    ///
    /// # Errors
    /// When it could not be computed.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        let exists = hash.is_some();
        let hash = hash.unwrap_or(&self.decoy).to_owned();
        let password = password.to_owned();
        compute(&self.slots, move || {
            let parsed = PasswordHash::new(&hash).map_err(|error| Error::Internal(error.to_string()))?;
            Ok(argon2()?.verify_password(password.as_bytes(), &parsed).is_ok() && exists)
        })
        .await
    }
}

/// Does the work off the async threads, once there is a place for it.
async fn compute<T: Send + 'static>(
    places: &Arc<Semaphore>,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let place = places.clone().acquire_owned().await.map_err(|error| Error::Internal(error.to_string()))?;
    // The place is taken until the work is done, also when whoever asked for it has gone away.
    let work = move || {
        let _place = place;
        work()
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.to_string()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_hard(password: &str) -> bool {
        hard_to_guess(
            Password::parse(password).expect("long enough"),
            &["ann_smith", "ann@example.org"].map(String::from),
        )
        .is_some()
    }

    #[test]
    fn passwords_that_are_tried_first_are_refused() {
        for common in [
            "1234567890",
            "0123456789",
            "123456789123456789",
            "qwertyuiop",
            "qwerty123456",
            "1q2w3e4r5t6y",
            "1qaz2wsx3edc",
            "password123",
            "Password1234",
            "passwordpassword",
            "P@ssw0rd123",
            "iloveyou123",
            "sunshine2024",
            "basketball",
            "liverpool1",
            "abcdefghijklm",
            "aaaaaaaaaaaa",
            "administrator",
            "ann_smith2024",
            "ann@example.org",
            "streamit123",
            &"x".repeat(200),
        ] {
            assert!(!is_hard(common), "{common}");
        }
    }

    #[test]
    fn passwords_that_nobody_else_would_try_are_fine() {
        for rare in [
            "correct horse battery",
            "another battery staple",
            "long enough password",
            "correct-horse-battery-ann_smith",
            "wGd7!ka09Qz",
            "überall hängen Äpfel",
            "слон дома спит",
            "日本語の長い合言葉です",
            &"correct horse battery staple ".repeat(6),
        ] {
            assert!(is_hard(rare), "{rare}");
        }
    }

    #[test]
    fn of_a_password_that_is_made_to_be_slow_less_is_looked_at() {
        assert_eq!(looked_at("correct horse"), "correct horse");
        assert_eq!(looked_at(&"é".repeat(50)), "é".repeat(32));
        assert_eq!(looked_at(&"P@$$w0rd!".repeat(9)).chars().count(), 32);
        assert_eq!(looked_at(&"4@8({[<369!1|70$5+%2".repeat(9)), "4@8({[<369!1");
        assert!(!is_hard("!@#$%^&*()"), "a row of keys");
        assert!(is_hard(&"4@8({[<369!1|70$5+%2".repeat(9)));
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let hasher = Hasher::new().expect("random numbers");
        let password = Password::parse("correct horse").expect("long enough");
        let hash = hasher.hash(&password).await.expect("computed");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(hasher.verify("correct horse", Some(&hash)).await.expect("computed"));
        assert!(!hasher.verify("wrong horse", Some(&hash)).await.expect("computed"));
        assert!(!hasher.verify("nobody has this password", None).await.expect("computed"));
    }
}
