//! A creator application: where it stands, for its author, and what to do with it, for an admin.
//!
//! What can be chosen is only what can follow; how it is decided is the page's (`pages/admin.rs`).

use leptos::prelude::*;

use super::{icon::Icon, person::PersonName, time_text::TimeAgo};
use crate::{
    domain::{
        application::{self, Application, ApplicationStatus as Status, Decision},
        timestamp::Timestamp,
    },
    text,
};

/// The steps of an application, and how far it has come.
#[component]
pub fn ApplicationTimeline(
    /// Whose steps they are.
    application: Application,
) -> impl IntoView {
    let Application { status, created_at, updated_at, reason, .. } = application;
    let decided = matches!(status, Status::Approved | Status::Rejected);
    let review_state = if decided {
        "done"
    } else if status == Status::UnderReview {
        "current"
    } else {
        "todo"
    };
    let (verdict, icon) = match status {
        Status::Approved => (text!(apply.approved), "circle-check"),
        Status::Rejected => (text!(apply.not_approved), "circle-x"),
        Status::Pending | Status::UnderReview => (text!(apply.decision), "hourglass"),
    };
    let in_review_since = (status == Status::UnderReview).then_some(updated_at);
    view! {
        <ol class="timeline" data-status=status.as_str()>
            <Step
                state=if status == Status::Pending { "current" } else { "done" }
                icon="check"
                label=text!(apply.sent)
                at=Some(created_at)
            />
            <Step state=review_state icon="eye" label=text!(apply.under_review) at=in_review_since />
            <Step state=if decided { "current" } else { "todo" } icon=icon label=verdict at=decided.then_some(updated_at) />
        </ol>
        {reason
            .filter(|_| status == Status::Rejected)
            .map(|reason| {
                view! {
                    <figure class="reason">
                        <figcaption>{text!(apply.reviewer_says)}</figcaption>
                        <blockquote dir="auto">{application::shown(&reason).to_owned()}</blockquote>
                    </figure>
                }
            })}
    }
}

#[component]
fn Step(state: &'static str, icon: &'static str, label: &'static str, at: Option<Timestamp>) -> impl IntoView {
    view! {
        <li class="step" data-state=state aria-current=(state == "current").then_some("step")>
            <span class="step-mark">
                <Icon name=icon />
            </span>
            <span class="step-words">
                <span class="step-label">{label}</span>
                {at.map(|at| view! { <TimeAgo at=Some(at) /> })}
            </span>
        </li>
    }
}

/// Where it stands, in one word.
#[component]
pub fn StatusTag(
    /// Where it stands.
    status: Status,
) -> impl IntoView {
    let words = match status {
        Status::Pending => text!(apply.pending),
        Status::UnderReview => text!(apply.under_review),
        Status::Approved => text!(apply.approved),
        Status::Rejected => text!(apply.rejected),
    };
    view! {
        <span class="tag" data-application=status.as_str()>
            {words}
        </span>
    }
}

/// What an admin can do with an application that stands there.
pub fn choices(status: Status) -> Vec<Decision> {
    [Decision::Review, Decision::Approve, Decision::Reject, Decision::Revoke]
        .into_iter()
        .filter(|decision| decision.apply(status).is_some())
        .collect()
}

/// One application, as an admin reads it. Its children decide it.
#[component]
pub fn ApplicationCard(
    /// What was sent.
    application: Application,
    /// The ways to decide it.
    children: Children,
) -> impl IntoView {
    let Application { username, display_name, about, status, reason, created_at, updated_at, .. } = application;
    let changed = (updated_at > created_at).then_some(updated_at);
    view! {
        <article class="panel stack application" data-username=username.clone()>
            <header class="row spread">
                <h3 class="section-title">
                    <PersonName username=username.clone() display_name />
                </h3>
                <StatusTag status />
            </header>
            <p class="application-about" dir="auto">
                {application::shown(&about).to_owned()}
            </p>
            {reason
                .map(|reason| {
                    view! {
                        <figure class="reason">
                            <figcaption>{text!(apply.reason)}</figcaption>
                            <blockquote dir="auto">{application::shown(&reason).to_owned()}</blockquote>
                        </figure>
                    }
                })}
            <p class="muted small">
                {text!(apply.sent_at)} <TimeAgo at=Some(created_at) />
                {changed.map(|at| view! { {text!(apply.changed_at)} <TimeAgo at=Some(at) /> })}
            </p>
            {children()}
        </article>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_follows_can_be_chosen() {
        assert_eq!(choices(Status::Pending), [Decision::Review, Decision::Approve, Decision::Reject]);
        assert_eq!(choices(Status::Approved), [Decision::Revoke]);
        assert_eq!(choices(Status::Rejected), []);
    }
}
