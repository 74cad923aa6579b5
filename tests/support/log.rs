//! Everything that the test process logs, at TRACE for StreamIt and DEBUG for what it stands on, watched for secrets.
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
        *LINES.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        if [KEY_MARK, PASSWORD_MARK, SECRET_MARK].iter().any(|mark| text.contains(mark)) {
            LEAKS.lock().unwrap_or_else(PoisonError::into_inner).push(text.into_owned());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
