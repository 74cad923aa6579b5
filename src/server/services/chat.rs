//! The chat: what is said, who may say it, and how it gets to everybody.
//!
//! The only one who sends is the server. A message is checked and stored while its chat is held (`db::chat::begin`), so
//! that what was acknowledged before (a rule, a ban, one's own last message) counts. What is refused anyway, and what
//! takes long, comes before that, where it keeps nobody waiting. Then the message goes to the room; whoever misses it
//! there hears from the event stream how far the chat is, and asks for the rest.

use std::time::Duration;

use tokio::time::timeout;

use crate::{
    domain::{
        blocked_words::BlockedWords,
        chat::{ChatLine, ChatPage, ChatRole, MessageText},
        chat_settings::{ChatRule, longest_delay},
        chat_standing::{MAX_MESSAGES, PastMessage, Refusal, Standing},
        fields::{FieldErrors, Invalid},
        id::{LineId, StreamId, UserId},
        moderation::ActionKind,
        page::one_more,
        timestamp::Timestamp,
    },
    server::{
        Error, Result,
        auth::actor::Actor,
        clock, db,
        db::{
            Queryable, Tx,
            chat::{LineRow, NewContent, NewLine},
            streams::StreamRow,
        },
        services::{channels, moderation},
        state::AppState,
    },
    text,
};

/// Lines in one piece of the history.
const LINES_PER_PAGE: usize = 50;
/// Changes in one piece of what was missed.
const CHANGES_PER_PAGE: usize = 200;

/// Who waits longer for their turn is told that the server is busy, as they are when the database is.
const TURN_WITHIN: Duration = Duration::from_secs(5);

/// Whose turn it is to write to a chat. Keep it until the line is delivered.
pub(super) type Turn = tokio::sync::OwnedMutexGuard<()>;

/// Begins a transaction that holds the chat: nobody else adds or changes a line until it ends.
///
/// # Errors
/// When the stream is gone, too many write to it, or the database cannot be written.
pub(super) async fn begin(state: &AppState, id: &StreamId) -> Result<(Turn, Tx)> {
    let turn = state.events.stream(id).chat_turn.clone().lock_owned();
    let turn = timeout(TURN_WITHIN, turn).await.map_err(|_| db::Outage::too_busy())?;
    let mut tx = state.db.begin().await?;
    match db::chat::begin(&mut tx, id).await? {
        true => Ok((turn, tx)),
        false => Err(channels::no_creator()),
    }
}

/// Commits, and tells whom it concerns; also when whoever asked for it goes away meanwhile.
///
/// # Errors
/// When the database could not: nothing of it happened then.
pub(super) async fn commit(
    state: &AppState,
    (turn, tx): (Turn, Tx),
    tell: impl FnOnce(&AppState) + Send + 'static,
) -> Result<()> {
    let state_ = state.clone();
    let work = async move {
        // Kept until the others are told: so they are told in order.
        let _turn = turn;
        tx.commit().await?;
        tell(&state_);
        Ok(())
    };
    state.to_the_end(work).await
}

/// Writes a message. What comes back is held back for the others when the creator delays messages.
///
/// # Errors
/// When nobody is signed in, there is no such channel, the text breaks rules, the channel is offline, or the message is
/// refused.
pub async fn send(state: &AppState, actor: &Actor, username: &str, text: &str) -> Result<ChatLine> {
    let sent = write(state, actor, username, text).await;
    state.metrics.chat_message(sent.as_ref().err());
    sent
}

async fn write(state: &AppState, actor: &Actor, username: &str, text: &str) -> Result<ChatLine> {
    let user_id = &actor.user()?.user_id;
    let (_, channel) = channels::find(state, username).await?;
    let text = MessageText::parse(text).map_err(|Invalid(message)| FieldErrors::one("text", message))?;
    let words = refuse_early(state, actor, &channel, &text).await?;
    let (turn, mut tx) = begin(state, &channel.id).await?;
    // Read again: what was changed before the chat was held counts.
    let stream = db::streams::find(&mut tx, &channel.id).await?.ok_or(Error::ChannelOffline)?;
    check_live(&stream)?;
    let now = clock::now();
    let standing = allowed(&mut tx, &stream, user_id, &text, now).await?;
    if !standing.role.is_staff() {
        check_words(&mut tx, &stream.id, words, &text).await?;
    }
    let line = store(&mut tx, &stream, user_id, standing.role, &text, now).await?;
    let (id, author, sent) = (stream.id, user_id.clone(), line.clone());
    let tell = move |state: &AppState| {
        if sent.revision.is_none() {
            state.events.held_changed(&id, &author);
        }
        deliver(state, &id, sent);
    };
    commit(state, (turn, tx), tell).await?;
    Ok(line)
}

/// A list of blocked words, and whether a message holds one of them.
struct Compared {
    list: Vec<String>,
    is_blocked: bool,
}

impl Compared {
    fn new(list: Vec<String>, text: &MessageText) -> Self {
        Self { is_blocked: BlockedWords::stored(&list).are_in(text.as_str()), list }
    }
}

/// Refuses what would be refused now, and compares the message with the blocked words: last, for it takes longest.
async fn refuse_early(state: &AppState, actor: &Actor, stream: &StreamRow, text: &MessageText) -> Result<Compared> {
    check_live(stream)?;
    let standing = channels::standing(state, actor, &stream.id).await?;
    let before = list_past(&state.db, &stream.id, &actor.user()?.user_id).await?;
    standing.may_send(&stream.chat(), text, &before, clock::now()).map_err(Error::Refused)?;
    let list = match standing.role.is_staff() {
        true => vec![],
        false => db::moderation::find_blocked_words(&state.db, &stream.id).await?,
    };
    Ok(Compared::new(list, text))
}

fn check_live(stream: &StreamRow) -> Result<()> {
    if stream.status().is_live() { Ok(()) } else { Err(Error::ChannelOffline) }
}

/// Compares again only when the words were changed meanwhile.
async fn check_words(tx: &mut Tx, id: &StreamId, before: Compared, text: &MessageText) -> Result<()> {
    let list = db::moderation::find_blocked_words(tx, id).await?;
    let compared = if list == before.list { before } else { Compared::new(list, text) };
    if compared.is_blocked { Err(Error::Refused(Refusal::BlockedWord)) } else { Ok(()) }
}

async fn allowed(
    tx: &mut Tx,
    stream: &StreamRow,
    user_id: &UserId,
    text: &MessageText,
    now: Timestamp,
) -> Result<Standing> {
    let standing = db::moderation::find_standing(&mut *tx, user_id, &stream.id, now).await?;
    let standing = standing.ok_or(Error::NotSignedIn)?;
    let before = list_past(tx, &stream.id, user_id).await?;
    standing.may_send(&stream.chat(), text, &before, now).map_err(Error::Refused)?;
    Ok(standing)
}

/// What somebody wrote last, the newest first: as much as counts.
async fn list_past(db: impl Queryable<'_>, id: &StreamId, user_id: &UserId) -> Result<Vec<PastMessage>> {
    let limit = i64::try_from(MAX_MESSAGES).unwrap_or(i64::MAX);
    Ok(db::chat::list_past(db, id, user_id, limit).await?)
}

async fn store(
    tx: &mut Tx,
    stream: &StreamRow,
    user_id: &UserId,
    role: ChatRole,
    text: &MessageText,
    now: Timestamp,
) -> Result<ChatLine> {
    let delay = if role.is_staff() { 0 } else { stream.chat().delay_secs() };
    let held_until = (delay > 0).then(|| now.plus(Duration::from_secs(u64::from(delay))));
    let content = NewContent::Message { user_id, role, text: text.as_str(), held_until };
    add(tx, stream, content, now).await
}

async fn add(tx: &mut Tx, stream: &StreamRow, content: NewContent<'_>, now: Timestamp) -> Result<ChatLine> {
    let id = LineId(clock::new_id());
    let line = NewLine { id: &id, stream_id: &stream.id, broadcast_id: stream.broadcast_id.as_deref(), content };
    db::chat::insert(tx, &line, now).await?;
    Ok(get(tx, &id).await?.into())
}

/// Says in the chat which rules changed, while there is anybody to read it. `tx` holds the chat; [`deliver`] the line
/// after it is committed.
///
/// # Errors
/// When the database cannot be written.
pub(super) async fn tell_rules(tx: &mut Tx, stream: &StreamRow, rules: &[ChatRule]) -> Result<Option<ChatLine>> {
    if rules.is_empty() || !stream.status().is_live() {
        return Ok(None);
    }
    add(tx, stream, NewContent::Rules(rules), clock::now()).await.map(Some)
}

/// Brings a line that was stored to everybody: to the room at once, and by the event streams how far the chat is. One
/// that is held back goes nowhere yet.
pub(super) fn deliver(state: &AppState, id: &StreamId, line: ChatLine) {
    let Some(revision) = line.revision else { return };
    state.events.chat_changed(id, revision);
    if state.livekit.is_some() && state.events.stream(id).outbox.put(&line) {
        let (state_, id) = (state.clone(), id.clone());
        state.tasks.spawn(async move { empty_outbox(&state_, &id).await });
    }
}

async fn empty_outbox(state: &AppState, id: &StreamId) {
    let Some(livekit) = &state.livekit else { return };
    let topic = state.events.stream(id);
    while let Some(lines) = topic.outbox.take() {
        if let Err(error) = livekit.send_chat(id, lines).await {
            // Everybody hears how far the chat is, and asks for what did not come.
            tracing::debug!(stream = %id, %error, "lines of a chat did not go to the room");
        }
    }
}

/// The newest lines, or those before `cursor`, the newest first.
///
/// # Errors
/// When there is no such channel.
pub async fn history(state: &AppState, actor: &Actor, username: &str, cursor: Option<&str>) -> Result<ChatPage> {
    let (_, stream) = channels::find(state, username).await?;
    // Read before the lines: what changes between the two is asked for again, and what is let go is in both.
    let revision = db::chat::revision(&state.db, &stream.id).await?;
    let held = held(state, actor, &stream.id).await?;
    let limit = one_more(LINES_PER_PAGE);
    // One that is no number is the cursor of nothing: the list begins.
    let cursor = cursor.and_then(|cursor| cursor.parse().ok());
    let mut items = db::chat::list_before(&state.db, &stream.id, cursor, limit).await?;
    let more = items.len() > LINES_PER_PAGE;
    items.truncate(LINES_PER_PAGE);
    let next = items.last().filter(|_| more).map(|line| line.number.to_string());
    Ok(ChatPage { items, next, revision, held })
}

/// What changed after `since`, in the order of the changes.
///
/// # Errors
/// When there is no such channel.
pub async fn changes(state: &AppState, actor: &Actor, username: &str, since: i64) -> Result<ChatPage> {
    let (_, stream) = channels::find(state, username).await?;
    // Both read before the lines, as in `history`.
    let newest = db::chat::revision(&state.db, &stream.id).await?;
    let held = held(state, actor, &stream.id).await?;
    let limit = one_more(CHANGES_PER_PAGE);
    let mut items = db::chat::list_since(&state.db, &stream.id, since, limit).await?;
    let more = items.len() > CHANGES_PER_PAGE;
    items.truncate(CHANGES_PER_PAGE);
    let last = items.last().and_then(|line| line.revision);
    let next = last.filter(|_| more).map(|revision| revision.to_string());
    let revision = if more { last.unwrap_or(since) } else { last.unwrap_or(newest).max(newest) };
    Ok(ChatPage { items, next, revision, held })
}

/// What is held back and the one who asks may see.
async fn held(state: &AppState, actor: &Actor, id: &StreamId) -> Result<Vec<ChatLine>> {
    let Some(user_id) = actor.user_id() else { return Ok(vec![]) };
    let is_staff = channels::standing(state, actor, id).await?.role.is_staff();
    Ok(db::chat::list_held(&state.db, id, (!is_staff).then_some(user_id)).await?)
}

/// How far the chat is.
///
/// # Errors
/// When the database cannot be read.
pub async fn revision(state: &AppState, id: &StreamId) -> Result<i64> {
    Ok(db::chat::revision(&state.db, id).await?)
}

/// Removes a message: one's own, or of somebody that one outranks. Twice is as once.
///
/// # Errors
/// When nobody is signed in, there is no such message, or it is not theirs to remove.
pub async fn delete(state: &AppState, actor: &Actor, id: &LineId) -> Result<()> {
    let user_id = &actor.user()?.user_id;
    let no_message = || Error::NotFound(text!(errors.no_message));
    let found = db::chat::find(&state.db, id).await?.filter(LineRow::is_message).ok_or_else(no_message)?;
    let (turn, mut tx) = begin(state, &found.stream_id).await?;
    let row = get(&mut tx, id).await?;
    let author = row.user_id();
    if author.as_ref() != Some(user_id) {
        moderation::check_rank(&mut tx, &row.stream_id, user_id, author.as_ref()).await?;
    }
    if row.is_deleted() {
        return Ok(());
    }
    let now = clock::now();
    db::chat::delete(&mut tx, &row, now).await?;
    if author.as_ref() != Some(user_id) {
        let action = moderation::Action { kind: ActionKind::Delete, by: user_id, user: author.as_ref(), seconds: None };
        moderation::record(&mut tx, &row.stream_id, &action, now).await?;
    }
    let line = get(&mut tx, id).await?.into();
    let tell = move |state: &AppState| {
        if let Some(author) = author.filter(|_| row.is_held()) {
            state.events.held_changed(&row.stream_id, &author);
        }
        deliver(state, &row.stream_id, line);
    };
    commit(state, (turn, tx), tell).await
}

/// Lets everything go that was held back for long enough, also by a clock that went back since.
pub async fn release_due(state: &AppState) {
    let due = match db::chat::list_due(&state.db, clock::now(), longest_delay()).await {
        Ok(due) => due,
        Err(error) => return tracing::error!(%error, "messages that are held back could not be listed"),
    };
    for row in due {
        if let Err(error) = release(state, &row).await {
            tracing::error!(stream = %row.stream_id, %error, "a message could not be let go");
        }
    }
}

async fn release(state: &AppState, due: &LineRow) -> Result<()> {
    let (_turn, mut tx) = begin(state, &due.stream_id).await?;
    // Somebody may have removed it, or another instance let it go, before the chat was held.
    let Some(row) = db::chat::find(&mut tx, &due.id).await?.filter(LineRow::is_held) else { return Ok(()) };
    db::chat::release(&mut tx, &row).await?;
    let line = get(&mut tx, &row.id).await?.into();
    tx.commit().await?;
    if let Some(author) = row.user_id() {
        state.events.held_changed(&row.stream_id, &author);
    }
    deliver(state, &row.stream_id, line);
    Ok(())
}

async fn get(tx: &mut Tx, id: &LineId) -> Result<LineRow> {
    db::chat::find(tx, id).await?.ok_or_else(|| Error::Internal("a line is gone that was there".into()))
}
