//! Where an account is signed in, and ending that. One's own alone: the id of somebody else's session is as one that
//! does not exist.

use crate::{
    domain::{
        account::Session,
        audit::AuditAction,
        id::SessionId,
        page::{Page, one_more},
    },
    server::{
        Error, Result,
        auth::actor::Actor,
        clock, db,
        services::audit::{self, Deed},
        state::AppState,
    },
    text,
};

/// Sessions in one piece of the list.
const PER_PAGE: usize = 50;

/// Where the account is signed in, the newest first.
///
/// # Errors
/// When nobody is signed in.
pub async fn list(state: &AppState, actor: &Actor, cursor: Option<&str>) -> Result<Page<Session>> {
    let user = actor.user()?;
    let limit = one_more(PER_PAGE);
    let mut sessions = db::sessions::list(&state.db, &user.user_id, cursor, limit, clock::now()).await?;
    for session in &mut sessions {
        session.is_current = session.id == user.session_id;
    }
    Ok(Page::cut(sessions, PER_PAGE, |session| session.id.to_string()))
}

/// Ends one of the account's sessions, or all but the one that asks.
///
/// # Errors
/// When nobody is signed in, or there is no such session of this account.
pub async fn end(state: &AppState, actor: &Actor, id: Option<SessionId>) -> Result<()> {
    let user = actor.user()?;
    let mut tx = state.db.begin().await?;
    let action = match id {
        None if db::sessions::delete_others(&mut tx, &user.user_id, &user.session_id).await? == 0 => return Ok(()),
        None => AuditAction::SessionsEnded,
        Some(id) if db::sessions::delete(&mut tx, &user.user_id, &id).await? => AuditAction::SessionEnded,
        Some(_) => return Err(Error::NotFound(text!(errors.no_session))),
    };
    audit::note(&mut tx, Deed::own(action, &user.user_id)).await?;
    tx.commit().await?;
    state.events.account_changed(&user.user_id);
    Ok(())
}
