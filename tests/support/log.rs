//! Everything that the test process logs, at TRACE for StreamIt and DEBUG for what it stands on, and everything that
//! programs log which tests start, watched for secrets.
//! Secrets of the tests hold a mark, so that a line can be judged when it is written and none needs to be kept.
//! `STREAMIT_TEST_ERRORS=1` shows what the servers log as errors: some tests make them fail on purpose.

use std::{
    io,
    sync::{Mutex, Once, PoisonError},
};

use tracing_subscriber::{filter::Targets, fmt, prelude::*};

/// Every stream key that the tests' LiveKit makes holds this.
pub const KEY_MARK: &str = "streamkeyforyoureyesonly";
/// Every password of the tests holds this.
pub const PASSWORD_MARK: &str = "correct-horse-battery";
/// The secrets of StreamIt and LiveKit hold this.
pub const SECRET_MARK: &str = "neverprintthissecret";
/// Every token of a link to a new password begins like this.
const RESET_MARK: &str = "streamit-reset-";

static START: Once = Once::new();
static LEAKS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LINES: Mutex<u64> = Mutex::new(0);

/// Starts watching, once for the process.
pub fn watch() {
    START.call_once(|| {
        let filter = Targets::new().with_target("streamit", tracing::Level::TRACE).with_default(tracing::Level::DEBUG);
        let lines = fmt::layer().with_ansi(false).with_writer(|| Watcher).with_filter(filter);
        tracing_subscriber::registry().with(lines).init();
    });
}

/// How many lines were written so far.
pub fn lines() -> u64 {
    *LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lines that held a secret, so far.
pub fn leaks() -> Vec<String> {
    LEAKS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

struct Watcher;

impl io::Write for Watcher {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        if text.contains(" ERROR ") && std::env::var_os("STREAMIT_TEST_ERRORS").is_some() {
            let _ = io::stderr().write_all(line);
        }
        look_at(&text);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Judges a line of a log, whoever wrote it.
pub fn look_at(text: &str) {
    *LINES.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    if is_secret(text) {
        LEAKS.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
    }
}

fn is_secret(text: &str) -> bool {
    [KEY_MARK, PASSWORD_MARK, SECRET_MARK, RESET_MARK, "streamit_session="].iter().any(|mark| text.contains(mark))
        || holds_token(text)
}

/// A signed token, ours or LiveKit's, in a cookie or a header or by itself: two parts of base64 that begin as JSON does.
fn holds_token(text: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')))
        .any(|word| word.split_once("eyJ").is_some_and(|(_, rest)| rest.contains(".eyJ")))
}

#[test]
fn a_secret_is_seen_in_a_line_and_nothing_else_is() {
    let token = "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl";
    for line in [token, "a=1; streamit_session=x.y", &format!("password {PASSWORD_MARK}-ann"), SECRET_MARK, RESET_MARK]
    {
        assert!(is_secret(line), "{line}");
    }
    for line in ["request{id=0190} answered route=/watch/{username} status=200", "eyJ is how JSON begins", ""] {
        assert!(!is_secret(line), "{line}");
    }
}
