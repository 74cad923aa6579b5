//! Who has an account, for admins: found by username and by the name that others read, piece by piece. Nobody's address
//! for mail is told, and nobody is found by it. Nothing is changed here.

use crate::{
    domain::{
        account::{ListedAccount, Username},
        fields::{FieldErrors, Invalid},
        page::{Page, one_more},
        search::Search,
    },
    server::{Result, auth::actor::Actor, db, state::AppState},
};

/// Accounts in one piece of the list.
const PER_PAGE: usize = 50;

/// Accounts, the newest first; those whose username or name holds `search`, or all.
///
/// # Errors
/// When the one who asks is not an admin, or `search` is too long.
pub async fn list(
    state: &AppState,
    actor: &Actor,
    search: Option<&str>,
    cursor: Option<&str>,
) -> Result<Page<ListedAccount>> {
    actor.admin()?;
    let search = Search::parse(Username::bare(search.unwrap_or_default()));
    let search = search.map_err(|Invalid(message)| FieldErrors::one("search", message))?;
    let limit = one_more(PER_PAGE);
    let found = db::users::list_newest(&state.db, search.as_ref(), cursor, limit).await?;
    Ok(Page::cut(found, PER_PAGE, |account| account.id.to_string()))
}
