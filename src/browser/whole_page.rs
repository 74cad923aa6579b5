//! What becomes of a page whose bundle of the program does not come: the network is gone, or the server has been
//! replaced since this page was loaded and has other bundles.
//!
//! On the way to another page, that page is loaded whole, as it would be without a program. A page that the server has
//! rendered reads as it is, its forms and links work, it says that its program is missing ([`super::program`]), and its
//! bundle is asked for again.

use std::{future::pending, time::Duration};

use leptos::prelude::*;
use leptos_router::location::Location;

use super::timers::sleep;

/// How long to wait before a bundle is asked for again, the first time.
pub const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// The longest of the pauses, each of which is twice the one before.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Whether the page that is there was rendered by the server, and is now being taken over.
pub fn is_being_hydrated() -> bool {
    Owner::current_shared_context().is_some_and(|context| context.during_hydration())
}

/// Waits, each time longer.
pub async fn wait(pause: &mut Duration) {
    sleep(*pause).await;
    *pause = (*pause * 2).min(LONGEST_PAUSE);
}

/// Has the browser load the page that is being gone to, and never comes back.
pub async fn load<T>(location: &Location) -> T {
    let Location { pathname, search, hash, .. } = location;
    let query = search.get_untracked();
    let query = if query.is_empty() { query } else { format!("?{}", query.trim_start_matches('?')) };
    let address = pathname.get_untracked() + &query + &hash.get_untracked();
    let _ = window().location().assign(&address);
    pending().await
}
