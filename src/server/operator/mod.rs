//! What whoever runs the server does at the command line: looking whether all is well, keeping and putting back what
//! is stored, and accounts.

use std::path::PathBuf;

use super::{
    command_line::Command,
    commands,
    config::{Config, ConfigError},
};

pub mod archive;
pub mod backup;
pub mod doctor;
pub mod hold;
pub mod people;
pub mod restore;

/// Why a command was not carried out, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A setting cannot be used.
    #[error("a setting can't be used: {0}")]
    Config(#[from] ConfigError),
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// The database cannot be read.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// The service that does it said no, in words for whoever asked.
    #[error("{0}")]
    Service(String),
    /// Anything else, in words.
    #[error("{0}")]
    Told(String),
}

impl From<super::Error> for Failure {
    fn from(error: super::Error) -> Self {
        let error = match error {
            // No more than the cause can be said of it.
            super::Error::Internal(cause) => return Self::Service(cause),
            error => error,
        };
        let cause = error.to_string();
        let public = crate::api::error::ApiError::from(error);
        let fields: Vec<String> = public.fields.values().cloned().collect();
        match (public.code.http_status().is_server_error(), fields.is_empty()) {
            // The operator gets to know the cause, which the log would hold for somebody else.
            (true, _) => Self::Service(format!("{} ({cause})", public.message)),
            (false, true) => Self::Service(public.message),
            (false, false) => Self::Service(fields.join(" ")),
        }
    }
}

impl From<commands::Failure> for Failure {
    fn from(failure: commands::Failure) -> Self {
        Self::Told(failure.to_string())
    }
}

/// Carries out a command.
///
/// # Errors
/// When it could not be, or when the doctor found something.
pub async fn carry_out(command: Command) -> Result<(), Failure> {
    commands::install_crypto();
    match command {
        // Looks at settings that cannot be used, too.
        Command::Doctor => doctor::look().await,
        Command::Backup { file } => backup::write(&Config::from_env()?, &file).await,
        Command::Restore { file, force } => restore::put_back(&Config::from_env()?, &file, force).await,
        Command::User(command) => people::user(command).await,
        Command::Approve { username } => people::approve(&username).await,
        Command::Revoke { username, reason } => people::revoke(&username, &reason).await,
        Command::DemoCreator | Command::DemoAnalytics { .. } => Ok(()),
    }
}
