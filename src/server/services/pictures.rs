//! Pictures that the server keeps: storing one, reading one, and taking away what nobody shows any more.
//!
//! A picture is in the database before its files are in the storage, and its files are gone before it is: whatever
//! breaks off in between, [`clean_up`] finds.

use std::time::Duration;

use bytes::Bytes;

use crate::{
    domain::{
        crop::Crop,
        fields::{FieldErrors, Invalid},
        id::UserId,
        media::{MAX_PICTURE_BYTES, MediaFile, Picture, PictureKind},
    },
    server::{Error, Result, clock, db, services::limits::limit, state::AppState},
    text,
};

/// What storing a picture may take, at the very most: until then it may be nobody's.
const STORED_WITHIN: Duration = Duration::from_secs(15 * 60);
/// Pictures of one account, within [`UPLOAD_WINDOW`].
pub const MAX_UPLOADS: i64 = 60;
/// See [`MAX_UPLOADS`].
pub const UPLOAD_WINDOW: Duration = Duration::from_secs(10 * 60);

/// A picture that somebody sent.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    /// The file.
    pub image: Option<Bytes>,
    /// A [`Crop`] as JSON; the middle when left out.
    pub crop: Option<String>,
}

impl Upload {
    /// The file, and the part of it that is shown.
    ///
    /// # Errors
    /// When there is no file, it is too large, or the part lies outside of it.
    pub(super) fn parse(self) -> Result<(Bytes, Crop)> {
        let mut errors = FieldErrors::default();
        let image = self.image.filter(|image| !image.is_empty());
        if image.as_ref().is_some_and(|image| image.len() > MAX_PICTURE_BYTES) {
            return Err(too_large());
        }
        let image = errors.take("image", image.ok_or_else(|| Invalid::new(text!(fields.picture_missing))));
        let crop = self.crop.filter(|text| !text.trim().is_empty());
        let crop = crop.map_or(Ok(Crop::default()), |text| serde_json::from_str(&text));
        let crop = crop.map_err(|error| Invalid::new(text!(fields.crop_unreadable, why = error.to_string())));
        let crop = errors.take("crop", crop);
        match (image, crop) {
            (Some(image), Some(crop)) => Ok((image, crop)),
            _ => Err(errors.into()),
        }
    }
}

/// The refusal of a file that is too large.
pub fn too_large() -> Error {
    Error::TooLarge(text!(errors.picture_too_large))
}

/// What pictures of an account are counted under.
pub(super) fn uploads_of(id: &UserId) -> String {
    format!("picture {id}")
}

/// Counts one more picture of the account.
///
/// # Errors
/// When it sent too many.
pub(super) async fn count(state: &AppState, user_id: &UserId) -> Result<()> {
    limit(&state.db, &uploads_of(user_id), MAX_UPLOADS, UPLOAD_WINDOW, text!(errors.too_many_pictures)).await
}

/// Stores a new picture. It is nobody's until a stream or an account names it.
///
/// # Errors
/// When the storage does not take it.
pub(super) async fn store(
    state: &AppState,
    user_id: &UserId,
    kind: PictureKind,
    large: Bytes,
    small: Option<Bytes>,
) -> Result<Picture> {
    let picture = Picture::new(kind, rand::random());
    db::pictures::insert(&state.db, &picture, user_id, clock::now()).await?;
    for (file, bytes) in [(Some(picture.large()), Some(large)), (picture.small(), small)] {
        if let (Some(file), Some(bytes)) = (file, bytes) {
            state.storage.put(&file, bytes).await?;
        }
    }
    Ok(picture)
}

/// Takes a picture away that nothing names any more, if it is one of ours. Nobody waits for that.
pub(super) fn forget(state: &AppState, address: Option<String>) {
    let Some(picture) = address.as_deref().and_then(Picture::at) else { return };
    let state_then = state.clone();
    state.tasks.spawn(async move {
        if let Err(error) = remove(&state_then, &picture).await {
            tracing::warn!(%error, "the files of a picture are taken away later");
        }
    });
}

async fn remove(state: &AppState, picture: &Picture) -> Result<()> {
    for file in [Some(picture.large()), picture.small()].into_iter().flatten() {
        state.storage.delete(&file).await?;
    }
    Ok(db::pictures::delete(&state.db, picture).await?)
}

/// Takes away what nothing names: pictures that were being stored when something broke, of accounts that are gone, and
/// those whose files the storage did not delete when it was asked to.
pub async fn clean_up(state: &AppState) {
    let unused = match db::pictures::list_unused(&state.db, clock::now().minus(STORED_WITHIN)).await {
        Ok(unused) => unused,
        Err(error) => return tracing::error!(%error, "unused pictures could not be listed"),
    };
    for picture in unused {
        if let Err(error) = remove(state, &picture).await {
            // Most likely the storage is away: the rest can wait too.
            return tracing::warn!(%error, "unused pictures are taken away later");
        }
    }
}

/// A file of a picture, by its name. Anybody may see it who knows the name.
///
/// # Errors
/// When there is no such file, or the storage does not answer.
pub async fn read(state: &AppState, name: &str) -> Result<Bytes> {
    let nothing = || Error::NotFound(text!(errors.no_picture));
    let file = MediaFile::parse(name).ok_or_else(nothing)?;
    state.storage.find(&file).await?.ok_or_else(nothing)
}
