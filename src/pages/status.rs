//! The HTTP status of a page.
//!
//! The server provides the way to set it (`server/router.rs`); in the browser there is none to set, and asking for it
//! does nothing.

use std::sync::Arc;

use leptos::prelude::use_context;

/// Sets the status of the document that is being rendered.
#[derive(Clone)]
pub struct PageStatus(pub Arc<dyn Fn(u16) + Send + Sync>);

impl std::fmt::Debug for PageStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PageStatus")
    }
}

/// Answers the document with that status, if it is the server that renders it.
pub fn answer_with(status: u16) {
    if let Some(PageStatus(set)) = use_context() {
        set(status);
    }
}
