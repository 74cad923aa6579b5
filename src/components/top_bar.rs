//! The bar at the top of every page: brand, search, and who is signed in.
//!
//! The menu is a native popover and the search a plain form, so both work before WASM has come, and without it.

use leptos::{ev, html, prelude::*};
use leptos_router::components::A;

use super::{avatar::Avatar, icon::Icon, language_choice::LanguageItems, person::PersonName};
use crate::{
    domain::{account::Account, search::MAX_SEARCH_CHARS},
    text,
};

/// The bar. Its children are the corner of the account.
#[component]
pub fn TopBar(
    /// What is being searched for.
    #[prop(into)]
    search: Signal<String>,
    /// Called with every text that is typed into the search.
    #[prop(into)]
    on_type: Callback<String>,
    /// Called with the text that the search is sent with.
    #[prop(into)]
    on_search: Callback<String>,
    /// The corner of the account.
    children: Children,
) -> impl IntoView {
    view! {
        <header class="top-bar">
            <A href="/" attr:class="brand">
                <svg class="brand-mark" width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
                    <rect class="brand-tile" width="32" height="32" rx="8" />
                    <path class="brand-play" d="M10 9.6v12.8c0 .9 1 1.4 1.7.9l9-6.4c.6-.4.6-1.4 0-1.8l-9-6.4c-.7-.5-1.7 0-1.7.9Z" />
                    <path class="brand-wave" d="M23.5 11.5a7 7 0 0 1 0 9" />
                </svg>
                <span class="visually-hidden-narrow">"StreamIt"</span>
            </A>
            <SearchField search on_type on_search />
            <nav class="account-corner" aria-label=text!(account.title)>
                {children()}
            </nav>
        </header>
    }
}

/// The search. What is typed there stays what was typed: the address follows it, and it follows the address only while
/// nobody types.
#[component]
fn SearchField(search: Signal<String>, on_type: Callback<String>, on_search: Callback<String>) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let send = move |event: ev::SubmitEvent| {
        if let Some(field) = field.get_untracked() {
            event.prevent_default();
            on_search.run(field.value());
        }
    };
    Effect::new(move |before: Option<()>| {
        let searched = search.get();
        let Some(field) = field.get() else { return };
        if !has_focus(&field) {
            field.set_value(&searched);
        } else if before.is_none() && field.value() != searched {
            // Somebody was faster than the page came alive.
            on_type.run(field.value());
        }
    });
    view! {
        <div class="search" role="search" aria-label=text!(frame.streams)>
            <form method="get" action="/" on:submit=send>
                <label class="visually-hidden" for="search">
                    {text!(frame.search_streams)}
                </label>
                <Icon name="search" />
                <input
                    id="search"
                    node_ref=field
                    type="search"
                    name="search"
                    dir="auto"
                    placeholder=text!(frame.search)
                    maxlength=MAX_SEARCH_CHARS.to_string()
                    autocomplete="off"
                    enterkeyhint="search"
                    value=search.get_untracked()
                    on:input=move |event| on_type.run(event_target_value(&event))
                />
            </form>
        </div>
    }
}

fn has_focus(field: &web_sys::HtmlInputElement) -> bool {
    document().active_element().is_some_and(|element| element.is_same_node(Some(field)))
}

/// What somebody who is not signed in finds there.
#[component]
pub fn GuestLinks() -> impl IntoView {
    view! {
        <A href="/login" attr:class="button quiet">
            {text!(door.sign_in)}
        </A>
        <A href="/signup" attr:class="button">
            {text!(door.sign_up)}
        </A>
    }
}

/// What somebody who is signed in finds there. Its children sign out.
#[component]
pub fn AccountMenu(
    /// Who that is.
    account: Account,
    /// Signs out.
    children: Children,
) -> impl IntoView {
    let menu = NodeRef::<html::Div>::new();
    // A menu that leads somewhere closes; Esc and a click elsewhere are the browser's.
    let close = move |_: ev::MouseEvent| {
        if let Some(menu) = menu.get_untracked() {
            drop(menu.hide_popover());
        }
    };
    let Account { username, display_name, is_admin, is_creator, picture, .. } = account;
    view! {
        <button
            type="button"
            class="avatar-button"
            popovertarget="account-menu"
            aria-label=text!(frame.account_menu, username = username.clone())
        >
            <Avatar username=username.clone() picture />
        </button>
        <div id="account-menu" class="menu" popover="auto" node_ref=menu on:click=close>
            <p class="menu-title">
                <PersonName username display_name />
            </p>
            {is_creator
                .then(|| view! { <MenuLink href="/dashboard/streams" icon="radio" label=text!(frame.dashboard) /> })}
            {(!is_creator).then(|| view! { <MenuLink href="/apply" icon="video" label=text!(apply.title) /> })}
            {is_admin.then(|| view! { <MenuLink href="/admin" icon="shield" label=text!(frame.administration) /> })}
            <MenuLink href="/account" icon="user" label=text!(account.title) />
            <LanguageItems />
            {children()}
        </div>
    }
}

#[component]
fn MenuLink(href: &'static str, icon: &'static str, label: &'static str) -> impl IntoView {
    view! {
        <A href=href attr:class="menu-item">
            <Icon name=icon />
            {label}
        </A>
    }
}
