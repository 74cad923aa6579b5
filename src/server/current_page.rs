//! Which page is being rendered belongs to the request that asked for it.
//!
//! Leptos notes it in the thread (reactive_graph 0.2.16, `Owner`), and leaves it there when that page has to wait. What
//! the thread does meanwhile is then part of that page: a file that is sent takes the page's headers with it, its policy
//! and where it leads (leptos_axum 0.8.10, `file_and_error_handler_with_context`). Here the note is put into the thread
//! while a request is worked on, and taken out of it whenever the request waits.

use std::{future::poll_fn, pin::pin};

use axum::{extract::Request, middleware::Next, response::Response};
use leptos::{prelude::Owner, reactive::owner::WeakOwner};

/// Answers the request in a place of its own. Around everything else that answers.
pub async fn keep_apart(request: Request, next: Next) -> Response {
    apart(next.run(request)).await
}

async fn apart<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let outside = Owner::default();
    // Held no longer than it is held elsewhere.
    let mut noted = None::<WeakOwner>;
    poll_fn(|context| {
        let page = noted.as_ref().and_then(WeakOwner::upgrade).unwrap_or_else(|| outside.clone());
        page.with(|| {
            let outcome = work.as_mut().poll(context);
            noted = Owner::current().map(|current| current.downgrade());
            outcome
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use leptos::prelude::{provide_context, use_context};
    use tokio::task::yield_now;

    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Name(&'static str);

    /// As Leptos renders: the page stays noted when it waits.
    async fn page(name: &'static str) -> Option<Name> {
        let page = Owner::new_root(None);
        provide_context(Name(name));
        yield_now().await;
        let seen = use_context();
        drop(page);
        seen
    }

    #[tokio::test]
    async fn who_comes_while_a_page_waits_is_not_part_of_it() {
        let file = async { Owner::new().with(use_context::<Name>) };
        let (first, second, file) = tokio::join!(apart(page("first")), apart(page("second")), apart(file));
        assert_eq!((first, second, file), (Some(Name("first")), Some(Name("second")), None));
        assert_eq!(use_context::<Name>(), None, "nothing is left in the thread");
        // What this is for: without it, the file belongs to the page.
        let (_, file) = tokio::join!(page("first"), async { Owner::new().with(use_context::<Name>) });
        assert_eq!(file, Some(Name("first")));
        assert_eq!(apart(ready(1)).await, 1);
    }
}
