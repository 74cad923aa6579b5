//! What stands around the preview: what the creator should know now, the next things to do, and what is shown while
//! the page's data is not here.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    copy_button::{CopyButton, Copying},
    feedback::{LoadFailure, Skeleton},
    focus_keeper::FocusKeeper,
    icon::Icon,
};
use crate::{domain::stream::Notice, text};

/// When a load has taken so long that it is worth saying.
const SLOW_AFTER: Duration = Duration::from_secs(10);

/// Something that the creator should know now.
#[component]
pub fn NoticeBanner(
    /// What it is.
    #[prop(into)]
    notice: Signal<Option<Notice>>,
    /// Called when it has been read.
    #[prop(into)]
    on_dismiss: Callback<()>,
) -> impl IntoView {
    let has_notice = Memo::new(move |_| notice.with(Option::is_some));
    view! {
        <FocusKeeper class="notice-slot" changes=has_notice attr:role="status">
            {move || notice.get().map(|notice| view! { <NoticeView notice on_dismiss /> })}
        </FocusKeeper>
    }
}

#[component]
fn NoticeView(notice: Notice, on_dismiss: Callback<()>) -> impl IntoView {
    let (icon, words) = match notice {
        Notice::EncoderTookOver => ("info", text!(studio.encoder_took_over).to_owned()),
        Notice::EncoderRefused { reason } => ("triangle-alert", text!(studio.encoder_refused, reason = reason.words())),
    };
    view! {
        <div class="notice">
            <Icon name=icon />
            <p>{words}</p>
            <button type="button" class="button quiet icon-only" on:click=move |_| on_dismiss.run(())>
                <Icon name="x" />
                <span class="visually-hidden">{text!(frame.dismiss)}</span>
            </button>
        </div>
    }
}

/// What a creator does most.
#[component]
pub fn QuickActions(
    /// The path of the watch page.
    #[prop(into)]
    watch_path: String,
    /// Copies the link to it.
    #[prop(into)]
    on_copy_link: Callback<(), Copying>,
) -> impl IntoView {
    view! {
        <section class="quick-actions" aria-label=text!(studio.quick_actions)>
            <CopyButton
                label=text!(studio.copy_watch_link)
                on_copy=on_copy_link
                attr:title=text!(studio.copy_watch_link)
            />
            <a class="button" href=watch_path title=text!(studio.open_watch_page)>
                <Icon name="external-link" />
                <span>{text!(studio.open_watch_page)}</span>
            </a>
        </section>
    }
}

/// Keeps the place of a page that is loading; after ten seconds it says so and offers to try again.
#[component]
pub fn Loading(
    /// What the page opens with.
    #[prop(default = "player")]
    kind: &'static str,
    /// Loads it again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    let is_slow = RwSignal::new(false);
    Effect::new(move |_| {
        // Tried again, it waits anew.
        if is_slow.get() {
            return;
        }
        let handle = set_timeout_with_handle(
            move || {
                let _ = is_slow.try_set(true);
            },
            SLOW_AFTER,
        );
        on_cleanup(move || {
            if let Ok(handle) = handle {
                handle.clear();
            }
        });
    });
    view! {
        <div class="stack" aria-busy="true">
            <Skeleton kind="title" />
            <Skeleton kind=kind />
            <Show when=move || is_slow.get()>
                <LoadFailure
                    message=text!(studio.takes_long)
                    on_retry=move || {
                        is_slow.set(false);
                        on_retry.run(());
                    }
                />
            </Show>
        </div>
    }
}
