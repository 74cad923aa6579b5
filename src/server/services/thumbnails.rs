//! The thumbnail of a stream: of the creator's choice, or taken from what they send while they choose none. One
//! that takes itself never replaces a chosen one, and shows nothing of a rehearsal.

use crate::{
    domain::{
        id::{StreamId, UserId},
        media::PictureKind,
        stream::StreamInfo,
        thumbnail,
    },
    server::{
        Error, Result,
        auth::actor::Actor,
        clock, db,
        db::streams::StreamRow,
        pictures::Still,
        services::{
            pictures::{self, Upload},
            publish, streams,
        },
        state::AppState,
    },
};

/// Makes the picture that was sent the stream's thumbnail. An automatic one is passed over, without a failure,
/// when the creator has chosen one or the stream is not on air: nobody did anything wrong.
///
/// # Errors
/// When the one who asks is not a creator, or the picture cannot be used or stored.
pub async fn set(state: &AppState, actor: &Actor, upload: Upload, is_automatic: bool) -> Result<StreamInfo> {
    let creator = actor.creator()?;
    let (id, user_id) = (creator.stream_id, creator.user.user_id.clone());
    let row = streams::get(state, &id).await?;
    if is_automatic && !wants_frame(&row) {
        return Ok(row.info());
    }
    let (image, crop) = upload.parse()?;
    pictures::count(state, &user_id).await?;
    let still = state.pictures.still(image, crop).await?;
    let (state_then, id_then) = (state.clone(), id.clone());
    state.to_the_end(async move { keep(&state_then, &id_then, &user_id, still, is_automatic).await }).await?;
    Ok(streams::get(state, &id).await?.info())
}

/// What is on air is shown while nobody has chosen anything else. Not in a rehearsal: that is nobody's business.
fn wants_frame(row: &StreamRow) -> bool {
    row.status().is_live() && thumbnail::is_automatic(row.thumbnail.as_deref())
}

async fn keep(state: &AppState, id: &StreamId, user_id: &UserId, still: Still, is_automatic: bool) -> Result<()> {
    let kind = if is_automatic { PictureKind::Frame } else { PictureKind::Chosen };
    let address = pictures::store(state, user_id, kind, still.large, Some(still.small)).await?.address();
    let mut tx = state.db.begin().await?;
    let row = db::streams::lock(&mut tx, id).await?.ok_or(Error::NotACreator)?;
    if is_automatic && !wants_frame(&row) {
        // Something else happened while the picture was made.
        drop(tx);
        pictures::forget(state, Some(address));
        return Ok(());
    }
    db::streams::update_texts(&mut tx, id, &row.title, Some(&address), clock::now()).await?;
    tx.commit().await?;
    publish::announce(state, id).await?;
    pictures::forget(state, row.thumbnail);
    Ok(())
}
