//! The picture of an account: a square, shown wherever its name is. The new one is stored before the old one goes, and
//! what has begun is done to its end.

use bytes::Bytes;

use crate::{
    domain::{account::Account, id::UserId, media::PictureKind},
    server::{
        Error, Result,
        auth::actor::Actor,
        db,
        services::{
            accounts,
            pictures::{self, Upload},
        },
        state::AppState,
    },
};

/// Makes what was sent the account's picture.
///
/// # Errors
/// When nobody is signed in, or the picture cannot be used or stored.
pub async fn set(state: &AppState, actor: &Actor, upload: Upload) -> Result<Account> {
    let user_id = actor.user()?.user_id.clone();
    let (image, crop) = upload.parse()?;
    pictures::count(state, &user_id).await?;
    let portrait = state.pictures.portrait(image, crop).await?;
    let state_then = state.clone();
    state.to_the_end(async move { keep(&state_then, &user_id, portrait).await }).await?;
    accounts::me(state, actor).await
}

async fn keep(state: &AppState, user_id: &UserId, portrait: Bytes) -> Result<()> {
    let picture = pictures::store(state, user_id, PictureKind::Portrait, portrait, None).await?;
    replace(state, user_id, Some(&picture.address())).await
}

/// Takes the account's picture away. Without one there is nothing to do.
///
/// # Errors
/// When nobody is signed in.
pub async fn remove(state: &AppState, actor: &Actor) -> Result<Account> {
    replace(state, &actor.user()?.user_id, None).await?;
    accounts::me(state, actor).await
}

async fn replace(state: &AppState, user_id: &UserId, address: Option<&str>) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let before = db::users::replace_picture(&mut tx, user_id, address).await?.ok_or(Error::NotSignedIn)?;
    tx.commit().await?;
    pictures::forget(state, before);
    Ok(())
}
