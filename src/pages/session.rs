//! Who is signed in, for every page; who may see which page; and the top of every page.
//!
//! The account is known before anything is rendered, so that nothing flickers. A guarded page asks again when it is
//! entered: what the server says then is what counts, not what the browser remembers.

use std::time::Duration;

use leptos::{ev, prelude::*, server_fn::ServerFn, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    components::Redirect,
    hooks::{use_location, use_navigate, use_query_map},
};

use super::{forms::PostForm, home::search_path, not_found::NotFoundPage, not_loaded::NotLoadedPage};
use crate::{
    api::{
        account::DeleteAccount,
        auth::{Account, SignIn, SignOut, SignUp, me},
        error::{ApiError, ErrorCode},
    },
    components::{
        feedback::Skeleton,
        icon::Icon,
        toast::{ToastKind, use_toasts},
        top_bar::{AccountMenu, GuestLinks, TopBar},
    },
    domain::own_path::is_own_path,
    text,
};

/// How long after the last keystroke the home page searches by itself.
const SEARCH_AFTER: Duration = Duration::from_millis(300);

/// Who is signed in, and the ways to change that. They live as long as the page is open, because what they do ends
/// the page that started it.
#[derive(Clone, Copy)]
pub struct Session {
    /// The account, `None` when nobody is signed in.
    pub account: Resource<Option<Account>>,
    /// Signs in.
    pub sign_in: ServerAction<SignIn>,
    /// Makes an account.
    pub sign_up: ServerAction<SignUp>,
    /// Signs out.
    pub sign_out: ServerAction<SignOut>,
    /// Deletes the account.
    pub delete_account: ServerAction<DeleteAccount>,
    /// The account, for whoever is not to wait for it.
    known: StoredValue<Option<Account>>,
    is_signing_out: Memo<bool>,
    /// The page was to be loaded anew once. Whoever is on air is asked then, and may stay.
    was_left: StoredValue<bool>,
}

impl Session {
    fn new() -> Self {
        let sign_out = ServerAction::new();
        Self {
            account: Resource::new_blocking(|| (), |()| async { me().await.ok() }),
            sign_in: ServerAction::new(),
            sign_up: ServerAction::new(),
            sign_out,
            delete_account: ServerAction::new(),
            known: StoredValue::new(None),
            is_signing_out: sign_out.pending(),
            was_left: StoredValue::new(false),
        }
    }

    /// Asks the server again who is signed in and what they may do.
    pub fn refetch(self) {
        self.account.refetch();
    }

    /// Asks who is signed in, after a hint that it is somebody else by now, or that they may not see any more what is open.
    /// Then the page is loaded anew. What it does itself, it follows by itself.
    pub fn look_again(self, need: Need) {
        let Some(before) = self.known.try_get_value().flatten() else { return };
        spawn_local(async move {
            let is_another = match me().await {
                Ok(account) => account.username != before.username || (need == Need::Creator && !account.is_creator),
                Err(error) => error.code == ErrorCode::NotSignedIn,
            };
            let known = self.known.try_get_value().flatten().map(|account| account.username);
            let is_own_doing = known != Some(before.username) || self.is_signing_out.try_get_untracked() != Some(false);
            if is_another && !is_own_doing && self.was_left.try_get_value() == Some(false) {
                self.was_left.set_value(true);
                let _ = window().location().reload();
            }
        });
    }

    /// Every page knows at once what the account is after that action.
    pub fn keep_answer_of<S>(self, action: ServerAction<S>)
    where
        S: ServerFn<Output = Account, Error = ApiError> + Clone + Send + Sync + 'static,
    {
        let answer = action.value();
        Effect::new(move |_| {
            if let Some(Ok(account)) = answer.get() {
                self.account.set(Some(Some(account)));
            }
        });
    }
}

/// Gives every page [`use_session`]. Called once, around all of them.
pub fn provide_session() {
    provide_context(Session::new());
}

/// The session of this visitor.
pub fn use_session() -> Session {
    use_context::<Session>().unwrap_or_else(Session::new)
}

/// What somebody needs to be to see a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Signed in.
    Account,
    /// An approved creator; others are sent to apply.
    Creator,
    /// An admin; for others the page does not exist.
    Admin,
}

/// Shows its children to whom they are for, and sends the others where they can become that.
#[component]
pub fn Guard(
    /// Who they are for.
    need: Need,
    /// What they see.
    children: ChildrenFn,
) -> impl IntoView {
    let visitor = Resource::new_blocking(|| (), |()| me());
    let location = use_location();
    let here = Memo::new(move |_| location.pathname.get() + &query_suffix(&location.search.get()));
    let children = StoredValue::new(children);
    view! {
        <Transition fallback=|| view! { <PageSkeleton /> }>
            {move || Suspend::new(async move {
                let answer = visitor.await;
                match answer {
                    Ok(account) if need == Need::Creator && !account.is_creator => redirect("/apply".to_owned()),
                    Ok(account) if need == Need::Admin && !account.is_admin => nothing_here(),
                    Ok(_) => children.with_value(|children| children()).into_any(),
                    Err(error) if error.code == ErrorCode::NotSignedIn => redirect(login_path(&here.get_untracked())),
                    Err(error) => failed(error, visitor),
                }
            })}
        </Transition>
    }
}

fn redirect(path: String) -> AnyView {
    view! { <Redirect path=path options=NavigateOptions { replace: true, ..Default::default() } /> }.into_any()
}

fn nothing_here() -> AnyView {
    view! { <NotFoundPage /> }.into_any()
}

fn failed(error: ApiError, visitor: Resource<Result<Account, ApiError>>) -> AnyView {
    view! { <NotLoadedPage message=error.message on_retry=move || visitor.refetch() /> }.into_any()
}

#[component]
fn PageSkeleton() -> impl IntoView {
    view! {
        <div class="page stack" aria-busy="true">
            <h1 class="visually-hidden">{text!(frame.loading)}</h1>
            <Skeleton kind="title" />
            <Skeleton kind="panel" />
        </div>
    }
}

/// The sign-in page, with the way back.
pub fn login_path(back_to: &str) -> String {
    with_next("/login", Some(back_to.to_owned()))
}

/// That page, to go on to `next` from there.
pub fn with_next(page: &str, next: Option<String>) -> String {
    match next {
        Some(next) => {
            let query = serde_urlencoded::to_string([("next", next)]).unwrap_or_default();
            format!("{page}?{query}")
        }
        None => page.to_owned(),
    }
}

/// Where to go after signing in, as the address asks for it: only ever a page of this site.
pub fn use_next() -> Signal<Option<String>> {
    let query = use_query_map();
    Memo::new(move |_| query.read().get("next").filter(|path| is_own_path(path))).into()
}

fn query_suffix(search: &str) -> String {
    let query = search.trim_start_matches('?');
    if query.is_empty() { String::new() } else { format!("?{query}") }
}

/// Leaves a page that is only for guests as soon as somebody is signed in.
#[component]
pub fn LeaveWhenSignedIn(
    /// The page has something to say to whoever is signed in already: they stay until they sign in on it.
    #[prop(optional, into)]
    unless: Signal<bool>,
) -> impl IntoView {
    let session = use_session();
    let next = use_next();
    let signed_in_here = move || session.sign_in.value().with(|answer| matches!(answer, Some(Ok(_))));
    view! {
        <Transition>
            {move || {
                let stays = unless.get() && !signed_in_here();
                Suspend::new(async move {
                    let account = session.account.await.filter(|_| !stays);
                    account.map(|_| redirect(next.get_untracked().unwrap_or_else(|| "/".to_owned())))
                })
            }}
        </Transition>
    }
}

/// The bar at the top of every page.
#[component]
pub fn PageTop() -> impl IntoView {
    let session = use_session();
    keep_account_fresh(session);
    follow_other_tabs(session);
    let query = use_query_map();
    let search = Memo::new(move |_| query.read().get("search").unwrap_or_default());
    let typed = RwSignal::new(None);
    search_while_typing(typed);
    let navigate = use_navigate();
    let on_search = move |text: String| navigate(&search_path(&text), NavigateOptions::default());
    view! {
        <TopBar search on_type=move |text| typed.set(Some(text)) on_search>
            <Transition fallback=|| ()>
                {move || Suspend::new(async move {
                    match session.account.await {
                        Some(account) => {
                            view! {
                                <AccountMenu account>
                                    <SignOutForm />
                                </AccountMenu>
                            }
                                .into_any()
                        }
                        None => view! { <GuestLinks /> }.into_any(),
                    }
                })}
            </Transition>
        </TopBar>
    }
}

/// On the home page what is typed is searched for without being sent. The address changes, and no way back is added for
/// each pause.
fn search_while_typing(typed: RwSignal<Option<String>>) {
    let (location, navigate) = (use_location(), use_navigate());
    Effect::new(move |_| {
        let Some(text) = typed.get() else { return };
        let navigate = navigate.clone();
        let search = move || {
            let here = location.pathname.get_untracked() + &query_suffix(&location.search.get_untracked());
            let there = search_path(&text);
            if location.pathname.get_untracked() == "/" && here != there {
                navigate(&there, NavigateOptions { replace: true, scroll: false, ..Default::default() });
            }
        };
        let handle = set_timeout_with_handle(search, SEARCH_AFTER);
        on_cleanup(move || {
            if let Ok(handle) = handle {
                handle.clear();
            }
        });
    });
}

/// Signs out, also without WASM.
#[component]
pub fn SignOutForm() -> impl IntoView {
    let session = use_session();
    view! {
        <PostForm action=session.sign_out>
            <button type="submit" class="menu-item" disabled=session.sign_out.pending()>
                <Icon name="log-out" />
                {text!(account.sign_out)}
            </button>
        </PostForm>
    }
}

/// What was just answered is known without asking again.
fn keep_account_fresh(session: Session) {
    let navigate = use_navigate();
    session.keep_answer_of(session.sign_in);
    session.keep_answer_of(session.sign_up);
    let toasts = use_toasts();
    Effect::new(move |_| match session.sign_out.value().get() {
        Some(Ok(())) => {
            session.account.set(Some(None));
            navigate("/", NavigateOptions::default());
        }
        Some(Err(error)) => toasts.say(error.message, ToastKind::Failure),
        None => {}
    });
    Effect::new(move |_| {
        // The server's answer leads to the first page.
        if let Some(Ok(())) = session.delete_account.value().get() {
            session.account.set(Some(None));
            toasts.say(text!(account.is_deleted), ToastKind::Success);
        }
    });
}

/// In another tab somebody else may have signed in, or this account out: seen when this one is looked at again.
fn follow_other_tabs(session: Session) {
    Effect::new(move |_| session.known.set_value(session.account.get().flatten()));
    let look = move |_| {
        if !document().hidden() {
            session.look_again(Need::Account);
        }
    };
    Effect::new(move |_| {
        let shown = window_event_listener(ev::visibilitychange, look);
        on_cleanup(move || shown.remove());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_encoded() {
        assert_eq!(login_path("/admin?status=PENDING&x=1"), "/login?next=%2Fadmin%3Fstatus%3DPENDING%26x%3D1");
    }
}
