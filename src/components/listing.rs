//! A list that is loaded when somebody opens it, piece by piece: the skeleton, the rows, nothing there, or why not.
//!
//! What is in it is the caller's: a row is a function of an item. Rows stay as they are while others come and go, and
//! whoever was on one that goes is on none of the others. When more of it does not come, what is here stays. A
//! failure leaves a way to ask again.

use std::hash::Hash;

use leptos::{either::EitherOf4, prelude::*};

use super::{
    feedback::{ErrorNote, LoadFailure, Skeleton},
    focus_keeper::FocusKeeper,
    more_link::Growth,
};
use crate::{domain::page::Page, text};

/// A list, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Listing<T> {
    /// On its way.
    #[default]
    Loading,
    /// Here, and how adding more of it goes.
    Loaded(Page<T>, Growth),
    /// Not here, with the reason and what to do.
    Failed(String),
}

impl<T> Listing<T> {
    /// What of it is here.
    fn items(&self) -> &[T] {
        match self {
            Self::Loaded(page, _) => &page.items,
            Self::Loading | Self::Failed(_) => &[],
        }
    }

    /// What to ask for to get more of it.
    pub fn next(&self) -> Option<String> {
        match self {
            Self::Loaded(page, _) => page.next.clone(),
            Self::Loading | Self::Failed(_) => None,
        }
    }

    /// How adding more of it goes.
    pub fn growth(&self) -> Growth {
        match self {
            Self::Loaded(_, growth) => growth.clone(),
            Self::Loading | Self::Failed(_) => Growth::Idle,
        }
    }

    /// More of it is asked for.
    pub fn grow(&mut self) {
        if let Self::Loaded(_, growth) = self {
            *growth = Growth::Loading;
        }
    }

    /// Takes an answer: what comes after `cursor`, or the list anew. What was asked for twice, or of a list that is
    /// another by now, is not added. When what comes after is not here, the list stays.
    pub fn take(&mut self, answer: Result<Page<T>, String>, cursor: Option<&str>) {
        if cursor.is_some() && cursor != self.next().as_deref() {
            return;
        }
        match (answer, self) {
            (Ok(page), Self::Loaded(shown, growth)) if cursor.is_some() => {
                shown.items.extend(page.items);
                shown.next = page.next;
                *growth = Growth::Idle;
            }
            (Err(message), Self::Loaded(_, growth)) if cursor.is_some() => *growth = Growth::Failed(message),
            (Ok(page), listing) => *listing = Self::Loaded(page, Growth::Idle),
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
    let growth = Signal::derive(move || listing.with(Listing::growth));
    let nothing = move || view! { <p class="muted small">{empty}</p> };
    let instead_of_rows = move || match listing.get() {
        Listing::Loading => EitherOf4::A(view! { <Skeleton kind="row" /> }),
        Listing::Loaded(page, _) if page.items.is_empty() => EitherOf4::B(nothing()),
        Listing::Loaded(..) => EitherOf4::C(()),
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
                <MoreButton growth on_load />
            </Show>
        </FocusKeeper>
    }
}

/// Asks for more of a list, or once more after a failure, which is said beside it. It asks for nothing twice.
#[component]
pub fn MoreButton(
    /// How it goes.
    #[prop(into)]
    growth: Signal<Growth>,
    /// Called for it.
    #[prop(into)]
    on_load: Callback<()>,
) -> impl IntoView {
    let is_loading = Memo::new(move |_| growth.with(|growth| *growth == Growth::Loading));
    let words = move || match growth.get() {
        Growth::Idle => text!(frame.show_more),
        Growth::Loading => text!(frame.loading),
        Growth::Failed(_) => text!(frame.try_again),
    };
    // Not disabled: who is on it stays there.
    let load = move |_| {
        if !is_loading.get_untracked() {
            on_load.run(());
        }
    };
    view! {
        <div class="stack">
            <ErrorNote message=Signal::derive(move || growth.get().failure()) />
            <button
                type="button"
                class="button quiet"
                aria-busy=move || is_loading.get().then_some("true")
                on:click=load
            >
                {words}
            </button>
        </div>
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
        assert_eq!(listing, Listing::Loaded(page(&[1, 2, 3], Some("3")), Growth::Idle));
        listing.take(Ok(page(&[4], None)), None);
        assert_eq!(listing, Listing::Loaded(page(&[4], None), Growth::Idle));
        listing.take(Err("No.".into()), None);
        assert_eq!(listing, Listing::Failed("No.".into()));
    }

    #[test]
    fn more_that_was_asked_for_twice_is_added_once() {
        let mut listing = Listing::Loaded(page(&[1, 2], Some("2")), Growth::Idle);
        listing.take(Ok(page(&[3], Some("3"))), Some("2"));
        listing.take(Ok(page(&[3], Some("3"))), Some("2"));
        assert_eq!(listing, Listing::Loaded(page(&[1, 2, 3], Some("3")), Growth::Idle));
        listing.take(Ok(page(&[7], None)), None);
        listing.take(Ok(page(&[4], None)), Some("3"));
        assert_eq!(listing, Listing::Loaded(page(&[7], None), Growth::Idle), "it is another list now");
        listing.take(Err("No.".into()), Some("3"));
        assert_eq!(listing, Listing::Loaded(page(&[7], None), Growth::Idle));
    }

    #[test]
    fn more_that_does_not_come_leaves_what_is_here() {
        let mut listing = Listing::Loaded(page(&[1, 2], Some("2")), Growth::Idle);
        listing.grow();
        assert_eq!(listing.growth(), Growth::Loading);
        listing.take(Err("No.".into()), Some("2"));
        assert_eq!(listing, Listing::Loaded(page(&[1, 2], Some("2")), Growth::Failed("No.".into())));
        listing.grow();
        listing.take(Ok(page(&[3], None)), Some("2"));
        assert_eq!(listing, Listing::Loaded(page(&[1, 2, 3], None), Growth::Idle));
    }
}
