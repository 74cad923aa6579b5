//! A list that is loaded when somebody opens it, piece by piece: the skeleton, the rows, nothing there, or why not.
//!
//! What is in it is the caller's: a row is a function of an item. Rows stay as they are while others come and go, and
//! whoever was on one that goes is on none of the others. A failure leaves a way to ask again.

use std::hash::Hash;

use leptos::{either::EitherOf4, prelude::*};

use super::{
    feedback::{LoadFailure, Skeleton},
    focus_keeper::FocusKeeper,
};
use crate::{domain::page::Page, text};

/// A list, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Listing<T> {
    /// On its way.
    #[default]
    Loading,
    /// Here.
    Loaded(Page<T>),
    /// Not here, with the reason and what to do.
    Failed(String),
}

impl<T> Listing<T> {
    /// What of it is here.
    fn items(&self) -> &[T] {
        match self {
            Self::Loaded(page) => &page.items,
            Self::Loading | Self::Failed(_) => &[],
        }
    }

    /// What to ask for to get more of it.
    pub fn next(&self) -> Option<String> {
        match self {
            Self::Loaded(page) => page.next.clone(),
            Self::Loading | Self::Failed(_) => None,
        }
    }

    /// Takes an answer: what comes after `cursor`, or the list anew. What was asked for twice, or of a list that is
    /// another by now, is not added.
    pub fn take(&mut self, answer: Result<Page<T>, String>, cursor: Option<&str>) {
        if cursor.is_some() && cursor != self.next().as_deref() {
            return;
        }
        match (answer, self) {
            (Ok(page), Self::Loaded(shown)) if cursor.is_some() => {
                shown.items.extend(page.items);
                shown.next = page.next;
            }
            (Ok(page), listing) => *listing = Self::Loaded(page),
            (Err(message), listing) => *listing = Self::Failed(message),
        }
    }
}

/// The list.
#[component]
pub fn ListingView<T, K, V>(
    /// What is known of it.
    #[prop(into)]
    listing: Signal<Listing<T>>,
    /// What to say when nothing is in it.
    empty: &'static str,
    /// Classes of the list.
    #[prop(default = "rows")]
    class: &'static str,
    /// What tells an item from the others, and from what it was before.
    key: fn(&T) -> K,
    /// An item, as an `<li>`.
    row: fn(T, Callback<String>) -> V,
    /// Called with the name of an item when its button is pressed.
    #[prop(optional, into)]
    on_act: Option<Callback<String>>,
    /// Called for more of it, or once more after a failure.
    #[prop(into)]
    on_load: Callback<()>,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let on_act = on_act.unwrap_or_else(|| Callback::new(|_| {}));
    let keys = Memo::new(move |_| listing.with(|listing| listing.items().iter().map(key).collect::<Vec<K>>()));
    let is_failed = Memo::new(move |_| listing.with(|listing| matches!(listing, Listing::Failed(_))));
    let has_rows = Memo::new(move |_| keys.with(|keys| !keys.is_empty()));
    let has_more = Memo::new(move |_| listing.with(|listing| listing.next().is_some()));
    let instead_of_rows = move || match listing.get() {
        Listing::Loading => EitherOf4::A(view! { <Skeleton kind="row" /> }),
        Listing::Loaded(page) if page.items.is_empty() => EitherOf4::B(view! { <p class="muted small">{empty}</p> }),
        Listing::Loaded(_) => EitherOf4::C(()),
        Listing::Failed(message) => EitherOf4::D(view! { <LoadFailure message on_retry=on_load /> }),
    };
    view! {
        <FocusKeeper class="listing" changes=Memo::new(move |_| (keys.get(), has_more.get(), is_failed.get()))>
            {instead_of_rows}
            <Show when=move || has_rows.get()>
                <ol class=class>
                    <For
                        each=move || listing.with(|listing| listing.items().to_vec())
                        key=key
                        children=move |item: T| row(item, on_act)
                    />
                </ol>
            </Show>
            <Show when=move || has_more.get()>
                <MoreButton on_load />
            </Show>
        </FocusKeeper>
    }
}

/// Asks for more of a list.
#[component]
pub fn MoreButton(
    /// Called for it.
    #[prop(into)]
    on_load: Callback<()>,
) -> impl IntoView {
    view! {
        <button type="button" class="button quiet" on:click=move |_| on_load.run(())>
            {text!(frame.show_more)}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(items: &[u32], next: Option<&str>) -> Page<u32> {
        Page { items: items.to_vec(), next: next.map(str::to_owned) }
    }

    #[test]
    fn more_is_added_and_a_new_start_replaces() {
        let mut listing = Listing::Loading;
        listing.take(Ok(page(&[1, 2], Some("2"))), None);
        assert_eq!(listing.next().as_deref(), Some("2"));
        listing.take(Ok(page(&[3], Some("3"))), Some("2"));
        assert_eq!(listing, Listing::Loaded(page(&[1, 2, 3], Some("3"))));
        listing.take(Ok(page(&[4], None)), None);
        assert_eq!(listing, Listing::Loaded(page(&[4], None)));
        listing.take(Err("No.".into()), None);
        assert_eq!(listing, Listing::Failed("No.".into()));
    }

    #[test]
    fn more_that_was_asked_for_twice_is_added_once() {
        let mut listing = Listing::Loaded(page(&[1, 2], Some("2")));
        listing.take(Ok(page(&[3], Some("3"))), Some("2"));
        listing.take(Ok(page(&[3], Some("3"))), Some("2"));
        assert_eq!(listing, Listing::Loaded(page(&[1, 2, 3], Some("3"))));
        listing.take(Ok(page(&[7], None)), None);
        listing.take(Ok(page(&[4], None)), Some("3"));
        assert_eq!(listing, Listing::Loaded(page(&[7], None)), "it is another list now");
        listing.take(Err("No.".into()), Some("3"));
        assert_eq!(listing, Listing::Loaded(page(&[7], None)));
    }
}
