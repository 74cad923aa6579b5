//! A new password, wherever it comes from: what may be chosen, and what ends with the old one. Who may replace it is
//! asked before.

use crate::{
    domain::{
        account::Password,
        fields::{FieldErrors, Invalid},
        id::{SessionId, UserId},
    },
    server::{Result, db, db::Tx, services::signing_in, state::AppState},
};

/// The password, when it may be one; otherwise what is wrong with it, at the field that it was typed into. `known` is
/// what everybody knows of its owner.
pub(super) async fn choose(state: &AppState, (field, text): (&str, &str), known: &[&str]) -> Result<Password> {
    let chosen = state.hasher.choose(text, known).await?;
    Ok(chosen.map_err(|Invalid(message)| FieldErrors::one(field, message))?)
}

/// Puts a new hash in the place of the old one. Everybody who was signed in to the account (but `kept`), has a token or
/// a link to a new password, has none of it any more. Whoever was locked out for trying too often can sign in at once.
pub(super) async fn replace(tx: &mut Tx, owner: &UserId, hash: &str, kept: Option<&SessionId>) -> Result<()> {
    db::users::set_password(&mut *tx, owner, hash).await?;
    match kept {
        Some(session) => drop(db::sessions::delete_others(&mut *tx, owner, session).await?),
        None => db::sessions::delete_all(&mut *tx, owner).await?,
    }
    db::resets::delete_of(&mut *tx, owner).await?;
    db::limits::delete(&mut *tx, &signing_in::sign_ins_of(owner.as_str())).await?;
    Ok(())
}
