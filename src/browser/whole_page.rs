//! What becomes of a page whose part of the program does not come: the network is gone, or the server has been
//! replaced since this page was loaded and has other parts.

use std::{future::pending, time::Duration};

use leptos::prelude::window;

use super::timers::sleep;

/// How long to wait before a part is asked for again.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(3);

/// On the way to another page: has the browser load that page, whole, as it does without a program, and never comes
/// back. On a page that the server has rendered there is no other to go to: it reads as it is, its forms and links
/// work, and the part is worth asking for again once this comes back.
pub async fn instead(path: &str, query: &str) {
    let location = window().location();
    let wanted = if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.trim_start_matches('?')) };
    let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    if here == wanted {
        sleep(ASK_AGAIN_AFTER).await;
    } else {
        let _ = location.assign(&wanted);
        pending::<()>().await;
    }
}
