//! What a creator does with their own stream, but for its key. Which stream it is follows from who asks. A change that
//! says nothing new makes no new version; one that does is announced once it is stored.

use std::time::Duration;

use crate::{
    domain::{
        chat_settings::{ChatSettings, ChatSettingsChange},
        fields::{Change, FieldErrors},
        id::StreamId,
        media::Picture,
        page::{Page, one_more},
        stream::{OwnState, PastTitle, StreamInfo, StreamInfoChange, StreamInfoUpdate, StreamReport},
        thumbnail::Thumbnail,
        title::Title,
    },
    server::{
        Error, Result,
        auth::actor::Actor,
        clock, db,
        db::streams::StreamRow,
        services::{chat, pictures, publish},
        state::AppState,
    },
    text,
};

/// Titles set within this time of each other are one entry of the history.
const ONE_TITLE_WITHIN: Duration = Duration::from_secs(60);
/// Titles in one piece of the history.
const TITLES_PER_PAGE: usize = 50;

/// The stream.
///
/// # Errors
/// When the one who asks is not a creator.
pub async fn info(state: &AppState, actor: &Actor) -> Result<StreamInfo> {
    Ok(get(state, &actor.creator()?.stream_id).await?.info())
}

/// Changes title and picture. What says nothing new makes no new version.
///
/// # Errors
/// When the one who asks is not a creator, or fields break rules.
pub async fn change_info(state: &AppState, actor: &Actor, change: StreamInfoChange) -> Result<StreamInfo> {
    let creator = actor.creator()?;
    let update = change.parse()?;
    let before = store_texts(state, &creator.stream_id, &update).await?;
    if before.is_some() {
        publish::announce(state, &creator.stream_id).await?;
    }
    let info = get(state, &creator.stream_id).await?.info();
    if let Some(before) = before.filter(|before| before.thumbnail != info.thumbnail) {
        pictures::forget(state, before.thumbnail);
    }
    Ok(info)
}

/// The stream as it was before, if anything is different now.
async fn store_texts(state: &AppState, id: &StreamId, update: &StreamInfoUpdate) -> Result<Option<StreamRow>> {
    let now = clock::now();
    let mut tx = state.db.begin().await?;
    let row = db::streams::lock(&mut tx, id).await?.ok_or(Error::NotACreator)?;
    let title = update.title.as_ref().map_or(row.title.as_str(), Title::as_str);
    let thumbnail = match &update.thumbnail {
        Change::Keep => row.thumbnail.as_deref(),
        Change::Clear => None,
        Change::Set(thumbnail) => Some(Thumbnail::as_str(thumbnail)),
    };
    let (is_renamed, is_new_picture) = (title != row.title, thumbnail != row.thumbnail.as_deref());
    if !is_renamed && !is_new_picture {
        return Ok(None);
    }
    // One of ours goes when its stream shows another one: nobody else can show it too.
    if is_new_picture && thumbnail.is_some_and(|address| Picture::at(address).is_some()) {
        return Err(FieldErrors::one("thumbnail", text!(fields.picture_not_yours)).into());
    }
    db::streams::update_texts(&mut tx, id, title, thumbnail, now).await?;
    if is_renamed {
        let fresh_since = now.minus(ONE_TITLE_WITHIN);
        db::titles::record(&mut tx, &clock::new_id(), id, title, fresh_since, now).await?;
    }
    tx.commit().await?;
    Ok(Some(row))
}

/// Changes the rules of the chat. What says nothing new makes no new version.
///
/// # Errors
/// When the one who asks is not a creator, or fields break rules.
pub async fn change_chat_settings(state: &AppState, actor: &Actor, change: ChatSettingsChange) -> Result<ChatSettings> {
    let creator = actor.creator()?;
    let update = change.parse()?;
    let (turn, mut tx) = chat::begin(state, &creator.stream_id).await?;
    let row = db::streams::lock(&mut tx, &creator.stream_id).await?.ok_or(Error::NotACreator)?;
    let rules = update.apply(row.chat());
    if rules == row.chat() {
        return Ok(rules);
    }
    db::streams::update_chat(&mut tx, &creator.stream_id, &rules, clock::now()).await?;
    let line = chat::tell_rules(&mut tx, &row, &rules.rules_since(row.chat())).await?;
    let id = creator.stream_id.clone();
    let tell = move |state: &AppState| {
        if let Some(line) = line {
            chat::deliver(state, &id, line);
        }
    };
    chat::commit(state, (turn, tx), tell).await?;
    publish::announce(state, &creator.stream_id).await?;
    Ok(rules)
}

/// Whether the stream is on air, and whether there is a key.
///
/// # Errors
/// When the one who asks is not a creator.
pub async fn report(state: &AppState, actor: &Actor) -> Result<StreamReport> {
    let id = actor.creator()?.stream_id;
    let row = get(state, &id).await?;
    let channel = publish::with_viewers(state, &id, row.state());
    let has_streamed = db::broadcasts::has_another(&state.db, &id, row.broadcast().as_ref()).await?;
    Ok(StreamReport {
        is_live: channel.is_live,
        viewer_count: channel.viewer_count,
        status: channel.status,
        started_at: channel.started_at,
        version: channel.version,
        has_streamed,
        controls: row.controls(),
        server_url: row.server_url,
    })
}

/// The state of one's own stream, as its events carry it.
///
/// # Errors
/// When the one who asks is not a creator.
pub async fn own_state(state: &AppState, actor: &Actor) -> Result<(StreamId, OwnState)> {
    let id = actor.creator()?.stream_id;
    let mut own = get(state, &id).await?.own_state();
    own.channel = publish::with_viewers(state, &id, own.channel);
    Ok((id, own))
}

/// The titles that the stream has had, the newest first.
///
/// # Errors
/// When the one who asks is not a creator.
pub async fn title_history(state: &AppState, actor: &Actor, cursor: Option<&str>) -> Result<Page<PastTitle>> {
    let id = actor.creator()?.stream_id;
    let limit = one_more(TITLES_PER_PAGE);
    let rows = db::titles::list(&state.db, &id, cursor, limit).await?;
    let page = Page::cut(rows, TITLES_PER_PAGE, |(id, _)| id.clone());
    Ok(Page { items: page.items.into_iter().map(|(_, title)| title).collect(), next: page.next })
}

/// The stream of a creator, which always has one.
pub(super) async fn get(state: &AppState, id: &StreamId) -> Result<StreamRow> {
    db::streams::find(&state.db, id).await?.ok_or(Error::NotACreator)
}
