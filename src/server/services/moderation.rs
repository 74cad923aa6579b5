//! Keeping order in a chat: who may not write, who helps, what was done, and words that are blocked.
//!
//! Ranks are looked up while the chat is held, so that somebody who is no moderator any more does nothing more.

use std::time::Duration;

use crate::{
    domain::{
        account::Username,
        audit::AuditAction,
        blocked_words::BlockedWords,
        chat::ChatRole,
        chat_standing::{Ban, Standing},
        fields::{Change, FieldErrors, Invalid},
        id::{ActionId, StreamId, UserId},
        moderation::{self, ActionKind, BannedPerson, ModerationAction, Moderator},
        page::{Page, one_more},
        timestamp::Timestamp,
    },
    server::{
        Error, Result,
        auth::actor::Actor,
        clock, db,
        db::{
            Tx,
            moderation::{BanCursor, NewAction},
        },
        services::{
            audit::{self, Deed},
            channels, chat,
        },
        state::AppState,
    },
    text,
};

/// Entries in one piece of a list.
const PER_PAGE: usize = 50;

/// Something that is done to somebody.
pub(super) struct Action<'a> {
    /// What.
    pub kind: ActionKind,
    /// By whom.
    pub by: &'a UserId,
    /// To whom, if the account is still there.
    pub user: Option<&'a UserId>,
    /// For how long.
    pub seconds: Option<i64>,
}

/// Remembers what was done.
pub(super) async fn record(tx: &mut Tx, stream: &StreamId, action: &Action<'_>, now: Timestamp) -> Result<()> {
    let id = ActionId(clock::new_id());
    let Action { kind, by, user, seconds } = *action;
    Ok(db::moderation::insert_action(tx, &NewAction { id: &id, stream, kind, by, user, seconds }, now).await?)
}

/// Whether `by` may act on `user`; somebody whose account is gone is a viewer.
///
/// # Errors
/// When they may not.
pub(super) async fn check_rank(tx: &mut Tx, stream: &StreamId, by: &UserId, user: Option<&UserId>) -> Result<()> {
    let actor = role(tx, stream, by).await?;
    if !actor.is_staff() {
        return Err(Error::Forbidden(text!(errors.for_staff)));
    }
    let other = match user {
        Some(user) => role(tx, stream, user).await?,
        None => ChatRole::Viewer,
    };
    if actor.outranks(other) { Ok(()) } else { Err(Error::Forbidden(text!(errors.above_you))) }
}

async fn role(tx: &mut Tx, stream: &StreamId, user: &UserId) -> Result<ChatRole> {
    Ok(standing(tx, stream, user).await?.role)
}

async fn standing(tx: &mut Tx, stream: &StreamId, user: &UserId) -> Result<Standing> {
    Ok(db::moderation::find_standing(tx, user, stream, clock::now()).await?.unwrap_or_default())
}

/// The channel of that name, or one's own; and whether one keeps order in it.
async fn channel(state: &AppState, actor: &Actor, username: Option<&str>) -> Result<StreamId> {
    actor.user()?;
    let Some(username) = username else { return Ok(actor.creator()?.stream_id) };
    let (_, stream) = channels::find(state, username).await?;
    match channels::standing(state, actor, &stream.id).await?.role.is_staff() {
        true => Ok(stream.id),
        false => Err(Error::Forbidden(text!(errors.for_staff))),
    }
}

/// The account of that name.
async fn person(state: &AppState, user: &str) -> Result<(Username, UserId)> {
    let nobody = || Error::NotFound(text!(errors.nobody));
    let name = Username::parse(user).map_err(|_| nobody())?;
    let id = db::users::find_id(&state.db, &name).await?.ok_or_else(nobody)?;
    Ok((name, id))
}

/// Stops somebody from writing: for a while, or for good. What is held back of theirs goes. A moderator who is banned
/// for good is none any more. It takes the place of what was said before, and never makes that shorter.
///
/// # Errors
/// When the one who asks does not keep order there or does not outrank the other, there is no such channel or person,
/// the time breaks rules, or they may not write for longer than that already.
pub async fn ban(
    state: &AppState,
    actor: &Actor,
    username: Option<&str>,
    user: &str,
    seconds: Change<i64>,
) -> Result<BannedPerson> {
    let stream = channel(state, actor, username).await?;
    let by = actor.user()?;
    let seconds = ban_length(seconds)?;
    let (name, user_id) = person(state, user).await?;
    let (turn, mut tx) = chat::begin(state, &stream).await?;
    // Read while the chat is held: of two at once the later one never ends sooner.
    let now = clock::now();
    let until = seconds.map(|number| now.plus(Duration::from_secs(number.unsigned_abs())));
    check_rank(&mut tx, &stream, &by.user_id, Some(&user_id)).await?;
    let before = standing(&mut tx, &stream, &user_id).await?.ban;
    if before.is_some_and(|before| before.outlasts(Ban { until })) {
        return Err(Error::Conflict(text!(errors.ban_outlasts)));
    }
    db::moderation::put_ban(&mut tx, &stream, &user_id, Ban { until }, &by.user_id, now).await?;
    let kind = if until.is_some() { ActionKind::TimeOut } else { ActionKind::Ban };
    let action = Action { kind, by: &by.user_id, user: Some(&user_id), seconds };
    record(&mut tx, &stream, &action, now).await?;
    if until.is_none() && db::moderation::delete_moderator(&mut tx, &stream, &user_id).await? {
        record(&mut tx, &stream, &Action { kind: ActionKind::RemoveModerator, ..action }, now).await?;
        audit::note(&mut tx, Deed::of(AuditAction::ModeratorRemoved, &by.user_id, &user_id)).await?;
    }
    let dropped = db::chat::drop_held(&mut tx, &stream, &user_id, now).await?;
    let tell = move |state: &AppState| {
        if dropped > 0 {
            state.events.held_changed(&stream, &user_id);
        }
        state.events.account_changed(&user_id);
    };
    chat::commit(state, (turn, tx), tell).await?;
    Ok(BannedPerson { username: name.as_str().to_owned(), until, banned_at: now, by: Some(by.username.clone()) })
}

/// For how many seconds; `None` is for good, which must be said too.
fn ban_length(seconds: Change<i64>) -> Result<Option<i64>, FieldErrors> {
    let seconds = match seconds {
        Change::Keep => Err(Invalid::new(text!(fields.ban_length_missing))),
        Change::Clear => Ok(None),
        Change::Set(number) => moderation::parse_seconds(Some(number)),
    };
    seconds.map_err(|Invalid(message)| FieldErrors::one("seconds", message))
}

/// Lets somebody write again.
///
/// # Errors
/// When the one who asks does not keep order there or does not outrank the other, there is no such channel or person,
/// or they may write.
pub async fn unban(state: &AppState, actor: &Actor, username: Option<&str>, user: &str) -> Result<()> {
    let stream = channel(state, actor, username).await?;
    let by = &actor.user()?.user_id;
    let (_, user_id) = person(state, user).await?;
    let now = clock::now();
    let (turn, mut tx) = chat::begin(state, &stream).await?;
    check_rank(&mut tx, &stream, by, Some(&user_id)).await?;
    if !db::moderation::delete_ban(&mut tx, &stream, &user_id, now).await? {
        return Err(Error::NotFound(text!(errors.not_banned)));
    }
    let action = Action { kind: ActionKind::Unban, by, user: Some(&user_id), seconds: None };
    record(&mut tx, &stream, &action, now).await?;
    chat::commit(state, (turn, tx), move |state| state.events.account_changed(&user_id)).await?;
    Ok(())
}

/// Who may not write, the newest first.
///
/// # Errors
/// When the one who asks does not keep order there.
pub async fn bans(
    state: &AppState,
    actor: &Actor,
    username: Option<&str>,
    cursor: Option<&str>,
) -> Result<Page<BannedPerson>> {
    let stream = channel(state, actor, username).await?;
    let cursor = cursor.and_then(parse_cursor);
    let limit = one_more(PER_PAGE);
    let found = db::moderation::list_bans(&state.db, &stream, cursor.as_ref(), limit, clock::now()).await?;
    Ok(Page::cut(found, PER_PAGE, |person| format!("{}_{}", person.banned_at.0, person.username)))
}

fn parse_cursor(text: &str) -> Option<BanCursor> {
    let (at, username) = text.split_once('_')?;
    Some(BanCursor { banned_at: Timestamp(at.parse().ok()?), username: username.to_owned() })
}

/// Names a moderator of one's own channel. Twice is as once.
///
/// # Errors
/// When the one who asks is not a creator, there is no such person, or they are the creator or banned.
pub async fn add_moderator(state: &AppState, actor: &Actor, user: &str) -> Result<Moderator> {
    let creator = actor.creator()?;
    let (name, user_id) = person(state, user).await?;
    let (stream, by) = (&creator.stream_id, &creator.user.user_id);
    let now = clock::now();
    let (turn, mut tx) = chat::begin(state, stream).await?;
    let other = standing(&mut tx, stream, &user_id).await?;
    if other.role == ChatRole::Creator {
        return Err(Error::Conflict(text!(errors.own_chat)));
    }
    if other.ban.is_some() {
        return Err(Error::Conflict(text!(errors.banned_from_chat)));
    }
    if db::moderation::insert_moderator(&mut tx, stream, &user_id, now).await? {
        let action = Action { kind: ActionKind::AddModerator, by, user: Some(&user_id), seconds: None };
        record(&mut tx, stream, &action, now).await?;
        audit::note(&mut tx, Deed::of(AuditAction::ModeratorAdded, by, &user_id)).await?;
    }
    chat::commit(state, (turn, tx), move |state| state.events.account_changed(&user_id)).await?;
    let known = db::moderation::list_moderators(&state.db, stream).await?;
    let found = known.into_iter().find(|moderator| moderator.username == name.as_str());
    Ok(found.unwrap_or_else(|| Moderator { username: name.as_str().to_owned(), since: now }))
}

/// Makes a moderator of one's own channel a viewer again.
///
/// # Errors
/// When the one who asks is not a creator, or there is no such moderator.
pub async fn remove_moderator(state: &AppState, actor: &Actor, user: &str) -> Result<()> {
    let creator = actor.creator()?;
    let (_, user_id) = person(state, user).await?;
    let (stream, by) = (&creator.stream_id, &creator.user.user_id);
    let now = clock::now();
    let (turn, mut tx) = chat::begin(state, stream).await?;
    if !db::moderation::delete_moderator(&mut tx, stream, &user_id).await? {
        return Err(Error::NotFound(text!(errors.no_moderator)));
    }
    let action = Action { kind: ActionKind::RemoveModerator, by, user: Some(&user_id), seconds: None };
    record(&mut tx, stream, &action, now).await?;
    audit::note(&mut tx, Deed::of(AuditAction::ModeratorRemoved, by, &user_id)).await?;
    chat::commit(state, (turn, tx), move |state| state.events.account_changed(&user_id)).await?;
    Ok(())
}

/// The moderators of one's own channel.
///
/// # Errors
/// When the one who asks is not a creator.
pub async fn moderators(state: &AppState, actor: &Actor) -> Result<Page<Moderator>> {
    let items = db::moderation::list_moderators(&state.db, &actor.creator()?.stream_id).await?;
    Ok(Page { items, next: None })
}

/// What was done, the newest first.
///
/// # Errors
/// When the one who asks does not keep order there.
pub async fn actions(
    state: &AppState,
    actor: &Actor,
    username: Option<&str>,
    cursor: Option<&str>,
) -> Result<Page<ModerationAction>> {
    let stream = channel(state, actor, username).await?;
    let limit = one_more(PER_PAGE);
    let found = db::moderation::list_actions(&state.db, &stream, cursor, limit).await?;
    Ok(Page::cut(found, PER_PAGE, |action| action.id.to_string()))
}

/// The words that are blocked in one's own channel.
///
/// # Errors
/// When the one who asks is not a creator.
pub async fn blocked_words(state: &AppState, actor: &Actor) -> Result<Page<String>> {
    let items = db::moderation::find_blocked_words(&state.db, &actor.creator()?.stream_id).await?;
    Ok(Page { items, next: None })
}

/// Replaces the words that are blocked in one's own channel.
///
/// # Errors
/// When the one who asks is not a creator, or words break rules.
pub async fn change_blocked_words(state: &AppState, actor: &Actor, words: Change<Vec<String>>) -> Result<Page<String>> {
    let stream = actor.creator()?.stream_id;
    let words = words.required().and_then(|words| words.map(|words| BlockedWords::parse(&words)).transpose());
    if let Some(words) = words.map_err(|Invalid(message)| FieldErrors::one("words", message))? {
        // From the answer on they hold: no message is being checked against the old ones.
        let (turn, mut tx) = chat::begin(state, &stream).await?;
        db::moderation::put_blocked_words(&mut tx, &stream, words.words()).await?;
        chat::commit(state, (turn, tx), |_| ()).await?;
    }
    blocked_words(state, actor).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let cursor = BanCursor { banned_at: Timestamp(12), username: "a_b".into() };
        assert_eq!(parse_cursor("12_a_b"), Some(cursor));
        assert_eq!(parse_cursor("x"), None);
    }
}
