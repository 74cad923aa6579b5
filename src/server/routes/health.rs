//! Whether the program runs.

/// `/healthz`: the program answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}
