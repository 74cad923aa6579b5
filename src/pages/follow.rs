//! Following a channel: from its page, and from its chat where only followers write.
//!
//! Both are one state, so that the button and the chat never say different things. A guest is led to sign in, and back.

use leptos::{either::EitherOf3, prelude::*};

use super::{
    forms::{PostForm, failure_of, form_error},
    session::login_path,
};
use crate::{
    api::channels::{Channel, Follow},
    browser::chat_feed::ChatFeed,
    components::{
        feedback::ErrorNote,
        follow_button::{FollowButton, FollowerCount},
        icon::Icon,
    },
    domain::{chat::ChatRole, chat_standing::Standing},
    text,
};

/// Whether one follows, how many do, and the way to change that.
#[derive(Clone, Copy)]
pub struct Following {
    action: ServerAction<Follow>,
    count: RwSignal<u32>,
    /// Whether one is among those that were counted.
    is_counted: StoredValue<bool>,
    chat: ChatFeed,
}

impl Following {
    /// As the page was loaded; from there on what the chat's feed hears counts.
    pub(super) fn new(chat: ChatFeed, follower_count: u32) -> Self {
        let is_following = Memo::new(move |_| chat.standing.with(|standing| standing.followed_at.is_some()));
        let is_counted = StoredValue::new(is_following.get_untracked());
        let following = Self { action: ServerAction::new(), count: RwSignal::new(follower_count), is_counted, chat };
        following.hear_answers();
        // Followed in another tab: that tab's answer has the count, this page only hears of the follow.
        Effect::new(move |_| {
            let is_following = is_following.get();
            if is_counted.get_value() != is_following {
                is_counted.set_value(is_following);
                following.count.update(|count| {
                    *count = if is_following { count.saturating_add(1) } else { count.saturating_sub(1) };
                });
            }
        });
        following
    }

    fn hear_answers(self) {
        let answer = self.action.value();
        Effect::new(move |_| {
            if let Some(Ok(answer)) = answer.get() {
                self.is_counted.set_value(answer.is_following);
                self.count.set(answer.follower_count);
                let standing = self.chat.standing.get_untracked();
                self.chat.take_standing(Standing { followed_at: answer.followed_at, ..standing });
            }
        });
    }

    /// Takes over what the page loaded again.
    pub(super) fn take(self, channel: &Channel) {
        let is_gone = self.count.try_set(channel.follower_count).is_some();
        if !is_gone {
            self.is_counted.set_value(channel.standing.followed_at.is_some());
            self.chat.take_standing(channel.standing.clone());
        }
    }

    /// Follows that channel.
    pub(super) fn follow(self, username: String) {
        if !self.action.pending().get_untracked() {
            self.action.dispatch(Follow { username, following: Some(true) });
        }
    }

    /// It is on its way.
    pub(super) fn is_busy(self) -> Signal<bool> {
        self.action.pending().into()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visitor {
    Guest,
    Creator,
    Other,
}

/// How many follow, and a button to follow or to do so no more.
#[component]
pub fn FollowControl(
    /// Whether one follows.
    following: Following,
    /// Whose channel it is.
    username: String,
) -> impl IntoView {
    let visitor = Memo::new(move |_| {
        following.chat.standing.with(|standing| match (&standing.username, standing.role) {
            (None, _) => Visitor::Guest,
            (_, ChatRole::Creator) => Visitor::Creator,
            _ => Visitor::Other,
        })
    });
    let login = login_path(&format!("/watch/{username}"));
    let error = form_error(failure_of(following.action));
    view! {
        <div class="follow">
            {move || match visitor.get() {
                Visitor::Guest => EitherOf3::A(view! { <GuestFollow login=login.clone() /> }),
                Visitor::Creator => EitherOf3::B(()),
                Visitor::Other => EitherOf3::C(view! { <FollowForm following username=username.clone() /> }),
            }}
            <FollowerCount count=following.count />
            <ErrorNote message=error />
        </div>
    }
}

#[component]
fn GuestFollow(login: String) -> impl IntoView {
    view! {
        <a class="button primary follow-button" href=login>
            <Icon name="heart" />
            {text!(watch.follow)}
        </a>
    }
}

#[component]
fn FollowForm(following: Following, username: String) -> impl IntoView {
    let is_following = Memo::new(move |_| following.chat.standing.with(|standing| standing.followed_at.is_some()));
    view! {
        <PostForm action=following.action>
            <input type="hidden" name="username" value=username />
            <input type="hidden" name="following" value=move || (!is_following.get()).to_string() />
            <FollowButton is_following is_busy=following.is_busy() />
        </PostForm>
    }
}
