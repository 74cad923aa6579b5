//! The server functions about people: accounts, signing in, applications. Beside what their types say: who may ask, what
//! is refused, and which values are fine.

use serde_json::json;

use super::{
    limits::{LIVEKIT, choice, cursor, email, length, next, password, username},
    operation::{Access, Operation, function},
};
use crate::{
    api::{account, admin, analytics, auth, creator, error::ErrorCode as E, language, resets, setup},
    domain::{
        application::{ApplicationStatus, Decision, MAX_WORDS_CHARS},
        profile::{MAX_ABOUT_CHARS, MAX_NAME_CHARS, ProfileChange},
        search::MAX_SEARCH_CHARS,
    },
    server::services::{
        accounts::{MAX_SIGN_UPS, SIGN_UP_WINDOW},
        last_looks::LASTS,
        parts::PATIENCE,
        signing_in::{MAX_SIGN_INS, MAX_SIGN_INS_PER_ADDRESS, SIGN_IN_WINDOW},
    },
};

/// All of them.
pub(super) fn all() -> Vec<Operation> {
    [accounts(), signing_in(), resets(), visitors(), applications(), administration()].concat()
}

fn sign_ins() -> String {
    format!(
        "Counts as a sign-in: {MAX_SIGN_INS} of one account and {MAX_SIGN_INS_PER_ADDRESS} from one address in {} minutes.",
        SIGN_IN_WINDOW.as_secs() / 60
    )
}

pub(super) fn change_profile() -> Operation {
    function::<account::ChangeProfile>("Changes how one is shown to others.")
        .body_of::<ProfileChange>()
        .field("displayName", length(1, MAX_NAME_CHARS))
        .field("about", length(0, MAX_ABOUT_CHARS))
        .by(Access::SignedIn)
        .refuses(&[E::Invalid, E::Taken])
}

pub(super) fn change_password() -> Operation {
    function::<account::ChangePassword>("Replaces the password, and signs out everywhere else.")
        .field("newPassword", password())
        .by(Access::SignedIn)
        .refuses(&[E::Invalid, E::TooManyRequests])
        .notes(sign_ins())
}

pub(super) fn change_email() -> Operation {
    function::<account::ChangeEmail>("Replaces the address for mail.")
        .field("email", email())
        .by(Access::SignedIn)
        .refuses(&[E::Invalid, E::Taken, E::TooManyRequests])
        .notes(sign_ins())
}

fn accounts() -> Vec<Operation> {
    vec![
        function::<account::ReadAccount>("The account, as its owner sees it.").by(Access::SignedIn),
        change_profile(),
        change_password(),
        change_email(),
        function::<account::DeleteAccount>("Deletes the account with all that is its own, and signs out.")
            .field("confirm", json!({ "description": "The account's username." }))
            .by(Access::SignedIn)
            .refuses(&[E::Invalid, E::Conflict, E::TooManyRequests])
            .refuses(&LIVEKIT)
            .notes(sign_ins()),
        function::<account::ListSessions>("Where the account is signed in, the newest first.")
            .field("cursor", cursor())
            .by(Access::SignedIn),
        function::<account::EndSessions>("Signs out one session, or without `id` all but this one.")
            .by(Access::SignedIn)
            .refuses(&[E::NotFound]),
        function::<account::ListHistory>("What concerns the safety of the account, the newest first.")
            .field("cursor", cursor())
            .by(Access::SignedIn),
        function::<account::RemovePicture>("Takes the account's picture away.").by(Access::SignedIn),
        function::<analytics::SetTimeZone>("Keeps the time zone that the account's days are of.")
            .field("timeZone", json!({ "description": "Of IANA: `Europe/Berlin`." }))
            .by(Access::SignedIn)
            .refuses(&[E::Invalid]),
    ]
}

fn signing_in() -> Vec<Operation> {
    vec![
        function::<auth::SignUp>("Makes an account and signs in.")
            .field("username", username())
            .field("email", email())
            .field("password", password())
            .field("next", next())
            .refuses(&[E::Invalid, E::Taken, E::TooManyRequests])
            .notes(format!(
                "Sets the cookie. The first account becomes admin and creator. {MAX_SIGN_UPS} from one address in {} \
                 minutes.",
                SIGN_UP_WINDOW.as_secs() / 60
            )),
        function::<auth::SignIn>("Signs in by username or address, and sets the cookie.")
            .field("next", next())
            .refuses(&[E::WrongCredentials, E::TooManyRequests])
            .notes(sign_ins()),
        function::<auth::SignOut>("Ends this session; nobody signed in is fine too."),
        function::<auth::Me>("Who is signed in.").by(Access::SignedIn),
        function::<auth::MakeToken>("A token for scripts, to be sent as `Authorization: Bearer`.")
            .refuses(&[E::WrongCredentials, E::TooManyRequests])
            .notes(sign_ins()),
    ]
}

fn resets() -> Vec<Operation> {
    vec![
        function::<resets::ReadResetByMail>("Whether links to a new password are mailed."),
        function::<resets::AskForReset>("Asks for a link to a new password, by username or address.")
            .refuses(&[E::Invalid, E::Conflict, E::TooManyRequests])
            .notes("The answer is the same whether or not there is such an account."),
        function::<resets::ConfirmReset>("Chooses a new password with the `token` of such a link.")
            .field("password", password())
            .refuses(&[E::Invalid, E::TooManyRequests])
            .notes("Signs the account out everywhere."),
    ]
}

/// The language of a browser, and what the installation lacks. Neither needs an account.
fn visitors() -> Vec<Operation> {
    vec![
        function::<language::ChooseLanguage>("Chooses the language in which a browser is answered.")
            .field("language", choice(crate::language::all()))
            .refuses(&[E::Invalid])
            .notes("Sets a cookie, which goes before `Accept-Language`."),
        function::<setup::MissingParts>("What the installation lacks.")
            .notes("Creators and admins are told, and anybody while there is no account; others get an empty list."),
    ]
}

fn applications() -> Vec<Operation> {
    let statuses = [
        ApplicationStatus::Pending,
        ApplicationStatus::UnderReview,
        ApplicationStatus::Approved,
        ApplicationStatus::Rejected,
    ];
    let decisions = [Decision::Review, Decision::Approve, Decision::Reject, Decision::Revoke];
    vec![
        function::<creator::Apply>("Applies to become a creator.")
            .field("about", length(1, MAX_WORDS_CHARS))
            .by(Access::SignedIn)
            .refuses(&[E::Invalid, E::Conflict]),
        function::<creator::MyApplication>("One's newest application, or `null`.").by(Access::SignedIn),
        function::<admin::ListApplications>("Applications, the oldest first; of one status, or all.")
            .field("status", choice(&statuses))
            .field("cursor", cursor())
            .by(Access::Admins)
            .refuses(&[E::Invalid]),
        function::<admin::DecideApplication>("Decides an application.")
            .field("decision", choice(&decisions))
            .field("reason", json!({
                "maxLength": MAX_WORDS_CHARS, "description": "Needed to reject and to revoke; the applicant reads it.",
            }))
            .by(Access::Admins)
            .refuses(&[E::Invalid, E::NotFound, E::Conflict])
            .refuses(&LIVEKIT),
    ]
}

fn administration() -> Vec<Operation> {
    vec![
        function::<admin::ListAudit>("Who did what, the newest first; by or to one account, or all.")
            .field("cursor", cursor())
            .by(Access::Admins)
            .refuses(&[E::Invalid, E::NotFound]),
        function::<admin::ListUsers>("Accounts, the newest first; those whose username or name holds a text, or all.")
            .field("search", json!({ "maxLength": MAX_SEARCH_CHARS }))
            .field("cursor", cursor())
            .by(Access::Admins)
            .refuses(&[E::Invalid]),
        function::<admin::ListParts>("How the parts are that StreamIt works with, and what to do.")
            .by(Access::Admins)
            .notes(format!(
                "As they were found at most {} s ago; with `again`, each is asked now, all at once, for at most {} s. \
                 One that is away is in the answer and fails nothing.",
                LASTS.as_secs(),
                PATIENCE.as_secs()
            )),
    ]
}
