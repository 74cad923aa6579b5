//! What has been said, the oldest first: a list that stays with the newest message as long as the reader does, and
//! never takes away what they read. It announces nothing by itself; what is new is said beside it, once.

use std::iter::successors;

use leptos::{either::EitherOf3, ev::KeyboardEvent, prelude::*, wasm_bindgen::JsCast};

use super::{
    chat_announced::ChatAnnounced,
    chat_focus::ChatFocus,
    chat_line::{ChatLineView, LineAction, Lines, Reader},
    chat_scroll::ChatScroll,
    feedback::{ErrorNote, Skeleton},
    icon::Icon,
    shortcuts::is_shortcut,
};
use crate::{
    domain::{
        chat::{ChatLine, LineContent},
        chat_log::ChatLog,
    },
    text,
};

/// The chat.
#[component]
pub fn ChatLogView(
    /// What is known of it.
    #[prop(into)]
    log: Signal<ChatLog>,
    /// Who reads it.
    reader: Memo<Reader>,
    /// What is being read out to them.
    #[prop(into)]
    said: Signal<Vec<(u32, String)>>,
    /// Nothing of it is here yet.
    #[prop(into)]
    is_loading: Signal<bool>,
    /// It is not up to date, with the reason.
    #[prop(into)]
    failure: Signal<Option<String>>,
    /// Earlier messages are on their way.
    #[prop(into)]
    is_loading_older: Signal<bool>,
    /// Why earlier messages did not come.
    #[prop(into)]
    older_failure: Signal<Option<String>>,
    /// Called to try again after a failure.
    #[prop(into)]
    on_retry: Callback<()>,
    /// Called for earlier messages.
    #[prop(into)]
    on_older: Callback<()>,
    /// Called with what the reader wants done about a line.
    #[prop(into)]
    on_action: Callback<LineAction>,
) -> impl IntoView {
    let scroll = ChatScroll::new();
    let focus = ChatFocus::new(scroll.element);
    let lines = share(log, reader, on_action, scroll, focus);
    stay_with_the_newest(log, reader, scroll);
    Effect::new(move |_| {
        // All by which lines and buttons go away.
        log.track();
        reader.track();
        failure.track();
        focus.keep();
    });
    view! {
        <div
            class="chat-log-frame"
            on:focusin=move |event| focus.came(&event)
            on:focusout=move |event| focus.left(&event)
        >
            <div
                class="chat-log"
                role="group"
                aria-label=text!(chat.messages)
                tabindex="0"
                node_ref=scroll.element
                on:scroll=move |_| scroll.look()
                on:keydown=move |event| on_key(&event, lines, focus)
            >
                <div class="chat-log-inner">
                    <EarlierButton log is_loading=is_loading_older failure=older_failure on_older />
                    // Without marks a list is none in Safari, unless it says so.
                    <ol role="list">
                        <For each=move || log.with(all) key=as_shown let:line>
                            <ChatLineView line lines />
                        </For>
                    </ol>
                    <NoLines log is_loading failure />
                    <FailureNote failure on_retry />
                </div>
            </div>
            <NewMessages log scroll focus />
            <ChatAnnounced said />
        </div>
    }
}

/// A line that became another is shown anew.
fn as_shown(line: &ChatLine) -> (i64, Option<i64>) {
    (line.number, line.revision)
}

fn all(log: &ChatLog) -> Vec<ChatLine> {
    log.lines().cloned().collect()
}

fn share(
    log: Signal<ChatLog>,
    reader: Memo<Reader>,
    on_action: Callback<LineAction>,
    scroll: ChatScroll,
    focus: ChatFocus,
) -> Lines {
    let open = RwSignal::new(None::<i64>);
    let focused = RwSignal::new(None::<i64>);
    // Where the focus was last, or else the newest line about which something can be done.
    let stop = Memo::new(move |_| {
        let reader = reader.get();
        log.with(|log| {
            let may_act = |line: &&ChatLine| reader.may_act_on(line);
            // A line that is still there may have lost its button.
            let kept = focused.get().filter(|number| log.line(*number).is_some_and(|line| may_act(&line)));
            kept.or_else(|| log.lines().rev().find(may_act).map(|line| line.number))
        })
    });
    let is_alive = RwSignal::new(false);
    Effect::new(move |_| is_alive.set(true));
    hold_while_open(log, reader, open, scroll);
    let on_action = Callback::new(move |action| {
        // The button that was pressed is gone; the keyboard goes on from here.
        focus.to_list();
        on_action.run(action);
    });
    Lines { reader, open, stop: stop.into(), focused, is_alive: is_alive.into(), on_action }
}

/// Nothing moves while the actions of a line are open. They are closed when the line goes away, or nothing can be done
/// about it any more.
fn hold_while_open(log: Signal<ChatLog>, reader: Memo<Reader>, open: RwSignal<Option<i64>>, scroll: ChatScroll) {
    let is_open = Memo::new(move |_| {
        let may_act = |line: &ChatLine| reader.with(|reader| reader.may_act_on(line));
        open.get().is_some_and(|number| log.with(|log| log.line(number).is_some_and(may_act)))
    });
    Effect::watch(
        move || is_open.get(),
        move |is_open, _, _| {
            scroll.hold(*is_open);
            if !*is_open {
                open.set(None);
            }
        },
        false,
    );
}

/// Nothing has to be done while the newest message is shown, but to follow one's own message there.
fn stay_with_the_newest(log: Signal<ChatLog>, reader: Memo<Reader>, scroll: ChatScroll) {
    Effect::new(move |before: Option<i64>| {
        let newest = log.with(|log| log.lines().next_back().cloned());
        let number = newest.as_ref().map_or(0, |line| line.number);
        let is_own = newest.is_some_and(|line| {
            reader.with_untracked(|reader| reader.username.as_ref().is_some_and(|name| line.is_by(name)))
        });
        let has_come = before.is_some_and(|before| number > before);
        request_animation_frame(move || if has_come && is_own { scroll.to_end() } else { scroll.settle() });
        number
    });
}

/// Arrows go from line to line, Esc closes what is open.
fn on_key(event: &KeyboardEvent, lines: Lines, focus: ChatFocus) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let line = target.and_then(|target| target.closest(".chat-line").ok().flatten());
    match (event.key().as_str(), line) {
        ("Escape", line) if lines.open.get_untracked().is_some() => {
            // What the chat lies in stays open.
            event.prevent_default();
            lines.open.set(None);
            if !line.is_some_and(|line| focus_actions(&line)) {
                focus.to_list();
            }
        }
        (key @ ("ArrowUp" | "ArrowDown"), Some(line)) if !is_shortcut(event) => {
            let step = |line: &web_sys::Element| match key {
                "ArrowUp" => line.previous_element_sibling(),
                _ => line.next_element_sibling(),
            };
            // Where it leads nowhere, the key is the browser's, and scrolls.
            if successors(step(&line), step).any(|line| focus_actions(&line)) {
                event.prevent_default();
            }
        }
        _ => {}
    }
}

/// Says whether that line has a button to open its actions.
fn focus_actions(line: &web_sys::Element) -> bool {
    let button = line.query_selector(".chat-actions-button").ok().flatten();
    let button = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok());
    button.is_some_and(|button| button.focus().is_ok())
}

#[component]
fn EarlierButton(
    log: Signal<ChatLog>,
    is_loading: Signal<bool>,
    failure: Signal<Option<String>>,
    on_older: Callback<()>,
) -> impl IntoView {
    let has_older = Memo::new(move |_| log.with(|log| log.before().is_some()));
    view! {
        <div class="chat-earlier needs-program" hidden=move || !has_older.get()>
            <ErrorNote message=failure />
            <button
                type="button"
                class="button quiet small"
                aria-busy=move || is_loading.get().then_some("true")
                on:click=move |_| on_older.run(())
            >
                {move || if is_loading.get() { text!(chat.loading_earlier) } else { text!(chat.load_earlier) }}
            </button>
        </div>
    }
}

#[component]
fn NoLines(log: Signal<ChatLog>, is_loading: Signal<bool>, failure: Signal<Option<String>>) -> impl IntoView {
    let is_empty = Memo::new(move |_| log.with(ChatLog::is_empty));
    move || match (is_empty.get() && failure.with(Option::is_none), is_loading.get()) {
        (true, true) => EitherOf3::A(view! {
            <Skeleton kind="line" />
            <Skeleton kind="line" />
            <Skeleton kind="line" />
        }),
        (true, false) => EitherOf3::B(view! {
            <p class="chat-empty">
                <Icon name="message-square" />
                {text!(chat.no_messages)}
            </p>
        }),
        (false, _) => EitherOf3::C(()),
    }
}

#[component]
fn FailureNote(failure: Signal<Option<String>>, on_retry: Callback<()>) -> impl IntoView {
    let words = Signal::derive(move || failure.get().map(|reason| text!(chat.may_be_missing, reason = reason)));
    view! {
        <div class="chat-failure">
            <ErrorNote message=words />
            <Show when=move || failure.with(Option::is_some)>
                <button type="button" class="button small" on:click=move |_| on_retry.run(())>
                    <Icon name="refresh-cw" />
                    {text!(chat.load_messages)}
                </button>
            </Show>
        </div>
    }
}

/// Leads back to the newest message, and says how many there are since the reader left it.
#[component]
fn NewMessages(log: Signal<ChatLog>, scroll: ChatScroll, focus: ChatFocus) -> impl IntoView {
    let is_pinned = scroll.is_pinned;
    let seen = Memo::new(move |seen: Option<&i64>| match seen {
        Some(seen) if !is_pinned.get() => *seen,
        _ => {
            is_pinned.track();
            log.with(|log| log.lines().next_back().map_or(0, |line| line.number))
        }
    });
    let count = Memo::new(move |_| {
        let seen = seen.get();
        let is_message = |line: &&ChatLine| matches!(line.content, LineContent::Message { .. });
        log.with(|log| log.lines().rev().take_while(|line| line.number > seen).filter(is_message).count())
    });
    let words = move || text!(chat.new_messages, count = count.get());
    let go = move |_| {
        scroll.to_end();
        // The button is gone then.
        focus.to_list();
    };
    view! {
        <Show when=move || !is_pinned.get() && count.with(|count| *count > 0)>
            <button
                type="button"
                class="button small chat-new"
                aria-label=move || text!(chat.jump_to_newest, count = count.get())
                on:click=go
            >
                <Icon name="arrow-down" />
                {words}
            </button>
        </Show>
    }
}
