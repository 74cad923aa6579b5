//! Who is live, and who was; or who is looked for. It keeps itself up to date while somebody looks at it.
//!
//! Without WASM it is the same in pages of their own: `?search=` and `?after=`. The list is asked for again every few
//! seconds, and not told by events: they are of one stream each, and a visitor here watches none.

use std::{future::Future, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    home_states::{Failed, GridSkeleton, NothingHere},
    link_preview::LinkPreview,
    lists::{focus_on, in_time},
    session::use_session,
};
use crate::{
    api::{
        auth::Account,
        channels::{ChannelCard, Page, browse},
        error::ApiError,
    },
    browser::{refresh::while_visible, timers::late_after},
    components::{
        channel_card::{ChannelGrid, card_id},
        language_choice::LanguageChoice,
        more_link::{Growth, MoreLink},
    },
    domain::{channel_list::ChannelList, folding::is_blank},
    text,
};

/// How often the list is read again while the page is visible.
const REFRESH_EVERY: Duration = Duration::from_secs(15);
/// How long an answer may take before the page shows that it waits for one.
const QUICK_WITHIN: Duration = Duration::from_millis(150);

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// What is looked for, as it was typed.
    pub search: Option<String>,
    /// Where the piece before ended.
    pub after: Option<String>,
}

impl Asked {
    fn browse(&self) -> impl Future<Output = Result<Page<ChannelCard>, ApiError>> + use<> {
        browse(self.search.clone(), self.after.clone())
    }

    /// The same, from there on.
    fn after(&self, after: Option<String>) -> Self {
        Self { after, ..self.clone() }
    }

    /// Its address.
    pub fn path(&self) -> String {
        let search = self.search.as_ref().map(|text| ("search", text));
        let query: Vec<_> = search.into_iter().chain(self.after.as_ref().map(|after| ("after", after))).collect();
        let query = serde_urlencoded::to_string(query).unwrap_or_default();
        if query.is_empty() { "/".to_owned() } else { format!("/?{query}") }
    }

    fn heading(&self) -> String {
        match (&self.search, &self.after) {
            (Some(search), _) => text!(home.results, search = search),
            (None, Some(_)) => text!(home.recently_live).to_owned(),
            (None, None) => text!(home.live_now).to_owned(),
        }
    }

    fn title(&self) -> String {
        self.search.as_ref().map_or_else(String::new, |search| text!(home.title, search = search))
    }
}

/// The address of a search; of the whole list, where nothing is looked for.
pub(super) fn search_path(text: &str) -> String {
    Asked { search: worth_searching(text), after: None }.path()
}

/// What is too long is asked for too: the answer says so.
fn worth_searching(text: &str) -> Option<String> {
    (!is_blank(text)).then(|| text.trim().to_owned())
}

/// The page.
#[component]
pub fn HomePage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let query = query.read();
        Asked { search: query.get("search").and_then(|text| worth_searching(&text)), after: query.get("after") }
    });
    let session = use_session();
    let listing = Resource::new_blocking(move || asked.get(), |asked| asked.browse());
    let first_title = asked.with_untracked(Asked::title);
    // The server asks for the title last, when what belongs to this page may be gone.
    let title = move || asked.try_with(Asked::title).unwrap_or_else(|| first_title.clone());
    // What was found is said in a place that stays, or it would not be heard.
    let announcement = RwSignal::new(String::new());
    let is_pending = RwSignal::new(false);
    // Only ever so in the browser: what the server sends is there.
    let is_waiting = late_after(is_pending.into(), QUICK_WITHIN);
    view! {
        <Title text=title />
        <LinkPreview kind="website" title="StreamIt" description=text!(frame.description) path="/" />
        <div class="page home" data-waiting=move || is_waiting.get().then_some("true")>
            <h1 class="page-title" dir="auto">
                {move || asked.with(Asked::heading)}
            </h1>
            <p class="visually-hidden" role="status">
                {announcement}
            </p>
            <Transition fallback=|| view! { <GridSkeleton /> } set_pending=is_pending>
                {move || Suspend::new(async move {
                    let account = session.account.await;
                    let answer = listing.await;
                    let asked = asked.get_untracked();
                    match answer {
                        Ok(first) => view! { <Streams first asked account announcement /> }.into_any(),
                        Err(error) => view! { <Failed error asked on_retry=move || listing.refetch() /> }.into_any(),
                    }
                })}
            </Transition>
            <LanguageChoice />
        </div>
    }
}

#[component]
fn Streams(
    first: Page<ChannelCard>,
    asked: Asked,
    account: Option<Account>,
    announcement: RwSignal<String>,
) -> impl IntoView {
    let list = RwSignal::new(ChannelList::new(first));
    let is_first = asked.after.is_none();
    if is_first {
        keep_fresh(list, asked.clone());
    }
    let search = asked.search.clone().filter(|_| is_first);
    let found = Memo::new(move |_| list.with(found_words));
    announce(announcement, found, search.clone());
    let live = Memo::new(move |_| list.with(ChannelList::live));
    let off_air = Memo::new(move |_| list.with(ChannelList::off_air));
    let is_empty = Memo::new(move |_| off_air.read().is_empty());
    let is_somebody_live = !live.read_untracked().is_empty();
    let off_air_heading = if search.is_some() { text!(home.not_live) } else { text!(home.recently_live) };
    let nothing = asked.clone();
    view! {
        {search
            .map(|_| {
                view! {
                    <p class="found muted" hidden=move || list.with(|list| list.count() == 0)>
                        {found}
                    </p>
                }
            })}
        <Show when=move || live.read().is_empty()>
            <NothingHere asked=nothing.clone() is_empty account=account.clone() />
        </Show>
        <Show when=move || !live.read().is_empty()>
            <ChannelGrid cards=live is_at_top=is_somebody_live />
        </Show>
        <Show when=move || !is_empty.get()>
            <section class="stack recent">
                {is_first.then(|| view! { <h2 class="section-title">{off_air_heading}</h2> })}
                <ChannelGrid cards=off_air is_at_top=!is_somebody_live />
            </section>
        </Show>
        <More list asked />
    }
}

/// Says how much was found, and says so again when that changes.
fn announce(announcement: RwSignal<String>, found: Memo<String>, search: Option<String>) {
    Effect::new(move |_| {
        let words = search.as_ref().map(|search| text!(home.found_for, found = found.get(), search = search));
        announcement.set(words.unwrap_or_default());
    });
}

fn found_words(list: &ChannelList) -> String {
    match (list.count(), list.next()) {
        (0, _) => text!(home.no_streams).to_owned(),
        (count, None) => text!(home.streams, count = count),
        (count, Some(_)) => text!(home.first_streams, count = count),
    }
}

/// Reads the first piece again, every few seconds while the page is visible, and at once when it is shown again.
fn keep_fresh(list: RwSignal<ChannelList>, asked: Asked) {
    Effect::new(move |_| {
        let asked = asked.clone();
        while_visible(REFRESH_EVERY, move || {
            let answer = asked.browse();
            async move {
                // What is here stays when nothing newer comes: it is asked for again soon.
                if let Ok(first) = in_time(answer).await {
                    let _ = list.try_update(|list| list.refresh(first));
                }
            }
        });
    });
}

#[component]
fn More(list: RwSignal<ChannelList>, asked: Asked) -> impl IntoView {
    let growth = RwSignal::new(Growth::Idle);
    let next = Memo::new(move |_| list.with(|list| list.next().map(str::to_owned)));
    let path_of = asked.clone();
    let href = Signal::derive(move || path_of.after(next.get()).path());
    let on_more = Callback::new(move |()| {
        growth.set(Growth::Loading);
        let answer = asked.after(next.get_untracked()).browse();
        spawn_local(async move {
            match in_time(answer).await {
                Ok(more) => {
                    let first = list.try_update(|list| list.extend(more)).flatten();
                    let _ = growth.try_set(Growth::Idle);
                    request_animation_frame(move || focus_on(first.map(|username| card_id(&username))));
                }
                Err(message) => {
                    let _ = growth.try_set(Growth::Failed(message));
                }
            }
        });
    });
    view! {
        <Show when=move || next.read().is_some()>
            <MoreLink label=text!(home.more_streams) href growth on_more />
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_what_is_asked_for() {
        assert_eq!(search_path(" "), "/");
        assert_eq!(search_path(" a&b ü "), "/?search=a%26b+%C3%BC");
        let asked = Asked { search: Some("a".to_owned()), after: None };
        assert_eq!(asked.after(Some("1.2.x".to_owned())).path(), "/?search=a&after=1.2.x");
        assert_eq!(Asked::default().after(Some("1.2.x".to_owned())).path(), "/?after=1.2.x");
    }
}
