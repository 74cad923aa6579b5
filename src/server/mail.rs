//! Sending mail, through the server that the settings name.
//!
//! Promises: an answer within `SENT_WITHIN`, whatever the server does, and no more than `AT_ONCE` mails under way.
//! What went wrong is said without what the server answered, which may hold an address. Never logs a mail.

use std::{sync::Arc, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    address::AddressError,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::config::mail::{MailConfig, SmtpSecurity};

/// How long sending may take, all in all.
const SENT_WITHIN: Duration = Duration::from_secs(20);
/// How long the server may take for each step.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// Mails that are under way at once.
const AT_ONCE: usize = 32;

/// Sends mail. Clones share what is under way.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    places: Arc<Semaphore>,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer").finish_non_exhaustive()
    }
}

/// The right to send one mail now.
#[derive(Debug)]
pub struct Place(#[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit);

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It took too long.
    #[error("the mail server took longer than {} s", SENT_WITHIN.as_secs())]
    TooSlow,
    /// It said no.
    #[error("the mail server refused it with {0}")]
    Refused(String),
    /// It could not be asked.
    #[error("the mail server could not be used: {0}")]
    Failed(&'static str),
    /// The mail itself.
    #[error("the mail could not be written: {0}")]
    Unwritable(#[from] lettre::error::Error),
    /// Where it goes.
    #[error("the address can't be used")]
    Address(#[from] AddressError),
}

impl From<lettre::transport::smtp::Error> for MailError {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        match error.status() {
            Some(code) => Self::Refused(code.to_string()),
            None if error.is_timeout() => Self::Failed("no answer in time"),
            None if error.is_tls() => Self::Failed("no encryption that can be trusted"),
            None if error.is_client() => Self::Failed("it does not offer what is needed"),
            None if error.is_response() => Self::Failed("it does not speak SMTP"),
            None => Self::Failed("no connection"),
        }
    }
}

impl Mailer {
    /// Sends through the server of these settings. Whether it answers shows when it is used.
    ///
    /// # Errors
    /// When its name can't be one that is encrypted for.
    pub fn new(config: &MailConfig) -> Result<Self, MailError> {
        let encrypted = || TlsParameters::new_rustls(config.host.clone());
        let tls = match config.security {
            SmtpSecurity::Tls => Tls::Wrapper(encrypted()?),
            SmtpSecurity::StartTls => Tls::Required(encrypted()?),
            SmtpSecurity::None => Tls::None,
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host);
        let mut builder = builder.port(config.port).tls(tls).timeout(Some(ANSWERS_WITHIN));
        if let Some((user, password)) = config.credentials.clone() {
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(Self { transport: builder.build(), from: config.from.clone(), places: Arc::new(Semaphore::new(AT_ONCE)) })
    }

    /// The right to send a mail; `None` when too many are under way.
    pub fn find_place(&self) -> Option<Place> {
        Arc::clone(&self.places).try_acquire_owned().ok().map(Place)
    }

    /// Sends a mail of plain text.
    ///
    /// # Errors
    /// When the server does not take it in time, or the address is none.
    pub async fn send(&self, _place: Place, to: &str, subject: &str, text: String) -> Result<(), MailError> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.parse()?))
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text)?;
        timeout(SENT_WITHIN, self.transport.send(message)).await.map_err(|_| MailError::TooSlow)??;
        Ok(())
    }

    /// Whether the server lets us in.
    ///
    /// # Errors
    /// When it does not.
    pub async fn look(&self) -> Result<(), MailError> {
        let answers =
            timeout(SENT_WITHIN, self.transport.test_connection()).await.map_err(|_| MailError::TooSlow)??;
        if answers { Ok(()) } else { Err(MailError::Failed("it closed the connection")) }
    }
}
