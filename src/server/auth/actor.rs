//! Who asks a service for something. Loaded from the database for each request, and never kept: what somebody may do
//! can have changed since the last one. Services ask it for what they need, and pass on its refusal.

use crate::{
    domain::id::{StreamId, UserId},
    server::{Error, Result, db::sessions::VisitorRow},
    text,
};

/// Who asks.
#[derive(Clone, Debug)]
pub enum Actor {
    /// Nobody who is signed in. The id tells two guests apart, and nothing more.
    Guest(String),
    /// An account, in one of its sessions.
    User(VisitorRow),
}

/// An approved creator and their stream.
#[derive(Clone, Debug)]
pub struct CreatorActor<'a> {
    /// The account.
    pub user: &'a VisitorRow,
    /// Their stream.
    pub stream_id: StreamId,
}

impl Actor {
    /// The account.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub fn user(&self) -> Result<&VisitorRow> {
        match self {
            Self::User(user) => Ok(user),
            Self::Guest(_) => Err(Error::NotSignedIn),
        }
    }

    /// The account's id, if somebody is signed in.
    pub fn user_id(&self) -> Option<&UserId> {
        match self {
            Self::User(user) => Some(&user.user_id),
            Self::Guest(_) => None,
        }
    }

    /// The approved creator.
    ///
    /// # Errors
    /// When nobody is signed in, or the account's application is not approved.
    pub fn creator(&self) -> Result<CreatorActor<'_>> {
        let user = self.user()?;
        match user.stream_id() {
            Some(stream_id) if user.is_creator => Ok(CreatorActor { user, stream_id }),
            _ => Err(Error::NotACreator),
        }
    }

    /// The admin.
    ///
    /// # Errors
    /// When nobody is signed in, or the account is not an admin.
    pub fn admin(&self) -> Result<&VisitorRow> {
        let user = self.user()?;
        if user.is_admin { Ok(user) } else { Err(Error::Forbidden(text!(errors.for_admins))) }
    }
}
