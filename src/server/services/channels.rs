//! What visitors see and watch.

use crate::{
    domain::{
        account::Username,
        channel::{Channel, ChannelCard, ChannelState, RoomToken},
        chat::Standing,
        id::StreamId,
        page::Page,
        timestamp::Timestamp,
    },
    server::{
        Error, Result,
        auth::actor::Actor,
        clock, db,
        db::streams::{CardRow, RecentCursor, StreamRow},
        services::publish,
        state::AppState,
    },
};

/// Recent streams in one piece of the list.
const RECENT_PER_PAGE: usize = 24;
const NO_CREATOR: &str = "There is no creator of that name.";

/// Live streams by viewers, then recent ones by when they were last on air; or what `search` finds.
///
/// # Errors
/// When the database cannot be read.
pub async fn browse(state: &AppState, search: Option<&str>, cursor: Option<&str>) -> Result<Page<ChannelCard>> {
    if let Some(text) = search.map(str::trim).filter(|text| !text.is_empty()) {
        let text: String = text.chars().filter(|c| !c.is_control()).take(100).collect();
        let found = db::streams::search_cards(&state.db, &text).await?;
        return Ok(Page { items: live_first(cards(state, found)), next: None });
    }
    let cursor = cursor.and_then(parse_cursor);
    let limit = i64::try_from(RECENT_PER_PAGE + 1).unwrap_or(i64::MAX);
    let recent = db::streams::list_recent_cards(&state.db, cursor.as_ref(), limit).await?;
    let recent = Page::cut(recent, RECENT_PER_PAGE, write_cursor);
    let next = recent.next;
    let mut items = cards(state, recent.items);
    if cursor.is_none() {
        let live = live_first(cards(state, db::streams::list_live_cards(&state.db).await?));
        items.splice(0..0, live);
    }
    Ok(Page { items, next })
}

fn cards(state: &AppState, rows: Vec<CardRow>) -> Vec<ChannelCard> {
    let with_count = |row: CardRow| {
        let viewers = state.events.viewers(&row.id);
        row.card(viewers)
    };
    rows.into_iter().map(with_count).collect()
}

/// Live ones by viewers; the sort is stable, so that the order among equals stays.
fn live_first(mut cards: Vec<ChannelCard>) -> Vec<ChannelCard> {
    cards.sort_by_key(|card| (!card.is_live, std::cmp::Reverse(card.viewer_count)));
    cards
}

fn write_cursor(row: &CardRow) -> String {
    format!("{}_{}", row.last_live_at_ms(), row.id)
}

fn parse_cursor(text: &str) -> Option<RecentCursor> {
    let (at, id) = text.split_once('_')?;
    Some(RecentCursor { last_live_at: Timestamp(at.parse().ok()?), id: id.to_owned() })
}

/// A creator and their stream, and what the one who asks is to it.
///
/// # Errors
/// When there is no creator of that name.
pub async fn get(state: &AppState, actor: &Actor, username: &str) -> Result<Channel> {
    let (_, row) = find(state, username).await?;
    let creator = db::users::find_creator(&state.db, &row.user_id).await?.ok_or(Error::NotFound(NO_CREATOR))?;
    let last_live_at = row.last_live_at();
    let channel = publish::with_viewers(state, &row.id, row.state()).for_viewers();
    let follower_count = db::follows::count(&state.db, &row.id).await?;
    let standing = standing(state, actor, &row.id).await?;
    Ok(Channel { creator, state: channel, last_live_at, follower_count, standing })
}

/// What somebody is to a stream.
///
/// # Errors
/// When the database cannot be read.
pub async fn standing(state: &AppState, actor: &Actor, id: &StreamId) -> Result<Standing> {
    let Some(user_id) = actor.user_id() else { return Ok(Standing::default()) };
    Ok(db::moderation::find_standing(&state.db, user_id, id, clock::now()).await?.unwrap_or_default())
}

/// The state of a channel, as its events carry it.
///
/// # Errors
/// When there is no creator of that name.
pub async fn state_of(state: &AppState, username: &str) -> Result<(StreamId, ChannelState)> {
    let (_, row) = find(state, username).await?;
    let channel = publish::with_viewers(state, &row.id, row.state()).for_viewers();
    Ok((row.id, channel))
}

/// A token to watch with; the creator gets one for their own stream too, and alone for a rehearsal.
///
/// # Errors
/// When there is no creator of that name, they are not live, or LiveKit is not set up.
pub async fn token(state: &AppState, actor: &Actor, username: &str) -> Result<RoomToken> {
    let (_, row) = find(state, username).await?;
    let is_own = actor.user_id() == Some(&row.user_id);
    let status = if is_own { row.status() } else { row.status().for_viewers() };
    if !status.is_busy() {
        return Err(Error::ChannelOffline);
    }
    let livekit = state.livekit.as_ref().ok_or_else(super::setup::no_livekit)?;
    let person = match actor {
        Actor::User(user) => user.user_id.to_string(),
        Actor::Guest(id) => format!("guest-{id}"),
    };
    // A room that was made anew has lost what it was told; when somebody is telling it already, that is enough.
    let topic = state.events.stream(&row.id);
    if topic.metadata_version.try_lock().is_ok_and(|told| *told < row.version) {
        publish::tell_room(state, &row.id, row.state());
    }
    livekit.watch_token(&row.id, &person).map_err(|error| Error::Internal(format!("no viewer token: {error}")))
}

/// The stream of the creator of that name, and how the name is written.
pub(super) async fn find(state: &AppState, username: &str) -> Result<(String, StreamRow)> {
    let name = Username::parse(username).map_err(|_| Error::NotFound(NO_CREATOR))?;
    let row = db::streams::find_by_username(&state.db, &name).await?.ok_or(Error::NotFound(NO_CREATOR))?;
    Ok((name.as_str().to_owned(), row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let cursor = RecentCursor { last_live_at: Timestamp(12), id: "a-b".into() };
        assert_eq!(parse_cursor("12_a-b"), Some(cursor));
        assert_eq!(parse_cursor("x"), None);
        assert_eq!(parse_cursor("x_y"), None);
    }
}
