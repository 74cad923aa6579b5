//! The parts that StreamIt works with: how each is looked at, and what is said of it. The one definition, for the page
//! of admins, for the banner that names what is missing, and for `streamit doctor`.
//!
//! Promises: an answer about each part within [`PATIENCE`], whatever it does, and no failure because one is away. What
//! is said holds no secret and nothing that a part answered; that is the detail, which the doctor alone shows.

use std::time::Duration;

use bytes::Bytes;
use futures::future::join_all;
use tokio::{net::TcpStream, time::timeout};
use url::Url;

use crate::{
    domain::{
        media::{Picture, PictureKind},
        setup::{Part, PartKind, PartState},
        timestamp::Timestamp,
    },
    server::{
        Error, Result,
        auth::actor::Actor,
        clock,
        db::{
            Db,
            inspect::{self, Schema},
            webhooks as events,
        },
        livekit::{CallError, LiveKit},
        mail::{MailError, Mailer},
        services::upkeep::KEEP_EVENTS,
        state::AppState,
        storage::Storage,
    },
};

/// How long looking at a part may take.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// How long each of the two steps to ingress may take.
const STEP_WITHIN: Duration = Duration::from_millis(1500);
/// A webhook about a stream that began may come this much later, and the first ones came this much before.
const WEBHOOKS_WITHIN: Duration = Duration::from_secs(60);
const TOO_SLOW: &str = "no answer in time";

/// How a part is doing, and what it says itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How it is doing.
    pub part: Part,
    /// Where it is, and why it fails. For whoever has the machine: no page shows it.
    pub detail: Option<String>,
}

impl Finding {
    fn new(kind: PartKind, state: PartState, says: impl Into<String>) -> Self {
        let part = Part { part: kind, state, says: says.into(), consequence: None, remedy: None, last_at: None };
        Self { part, detail: None }
    }

    fn fine(kind: PartKind, says: impl Into<String>) -> Self {
        Self::new(kind, PartState::Ok, says)
    }

    fn failing(kind: PartKind, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(kind, PartState::Failing, says).with_consequence().with_remedy(remedy)
    }

    fn not_set_up(kind: PartKind, says: &str, remedy: &str) -> Self {
        Self::new(kind, PartState::NotSetUp, says).with_consequence().with_remedy(remedy)
    }

    /// Not set up, since LiveKit is not: what does not work without that, it says itself.
    fn needs_livekit(kind: PartKind, says: &str) -> Self {
        Self::new(kind, PartState::NotSetUp, says).with_remedy("Set up LiveKit first.")
    }

    fn unknown(kind: PartKind, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(kind, PartState::Unknown, says).with_remedy(remedy)
    }

    fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.part.remedy = Some(remedy.into());
        self
    }

    fn with_consequence(mut self) -> Self {
        self.part.consequence = Some(consequence(self.part.part).to_owned());
        self
    }

    fn because(mut self, reason: &impl ToString) -> Self {
        self.detail = Some(reason.to_string());
        self
    }

    /// The same, with where it is.
    pub fn at(mut self, place: &impl ToString) -> Self {
        let place = place.to_string();
        self.detail = Some(match self.detail {
            Some(reason) => format!("{place}: {reason}"),
            None => place,
        });
        self
    }
}

/// What does not work without it.
fn consequence(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Database => "Nothing works without it.",
        PartKind::Livekit => "Nobody can go live or watch until it is there. Everything else works.",
        PartKind::Ingress => "Encoders can't connect until it is there. Going live from a browser works.",
        PartKind::Webhooks => "What is live is noticed up to 15 s late, and viewers are counted late.",
        PartKind::Storage => "Pictures can't be stored or shown. Everything else works.",
        PartKind::Mail => "Nobody is sent a link to a new password: who forgets theirs asks whoever runs the server.",
    }
}

/// All parts, each asked now, all at once.
///
/// # Errors
/// When the one who asks is not an admin.
pub async fn list(state: &AppState, actor: &Actor) -> Result<Vec<Part>> {
    actor.admin()?;
    let (config, livekit) = (&state.config, state.livekit.as_ref());
    let mut found: [Finding; 6] = tokio::join!(
        database(&state.db),
        livekit_api(livekit),
        ingress(livekit),
        webhooks(&state.db, livekit.is_some(), &config.base_url),
        storage(&state.storage, config.s3.is_some()),
        mail(state.mailer.as_ref()),
    )
    .into();
    if found[1].part.state == PartState::Failing {
        // Who cannot be asked about it says nothing of it.
        found[2] = ingress_unseen();
    }
    Ok(found.map(|finding| finding.part).into())
}

/// Looks at a database that is open.
pub async fn database(db: &Db) -> Finding {
    let kind = PartKind::Database;
    match timeout(PATIENCE, inspect::schema(db)).await {
        Ok(Ok(Schema::UpToDate)) => Finding::fine(kind, "The database answers, and is up to date."),
        Ok(Ok(Schema::Older(count))) => {
            Finding::failing(kind, format!("The database lacks {count} changes of this version."), "Restart StreamIt.")
        }
        Ok(Ok(Schema::Newer)) => Finding::failing(
            kind,
            "The database was changed by a newer StreamIt.",
            "Use that one, or restore a backup.",
        ),
        Ok(Err(error)) => database_fails(&error),
        Err(_) => database_fails(&TOO_SLOW),
    }
}

/// A database that cannot be opened or read.
pub fn database_fails(reason: &impl ToString) -> Finding {
    let remedy = "Check that it runs, and that DATABASE_URL names StreamIt's.";
    Finding::failing(PartKind::Database, "The database can't be used.", remedy).because(reason)
}

/// Looks whether LiveKit answers and takes the API key.
pub async fn livekit_api(livekit: Option<&LiveKit>) -> Finding {
    let kind = PartKind::Livekit;
    let Some(livekit) = livekit else {
        let remedy = "Start StreamIt with ./run, which brings its own, or set LIVEKIT_URL, LIVEKIT_API_KEY and \
                      LIVEKIT_API_SECRET.";
        return Finding::not_set_up(kind, "LiveKit is not set up.", remedy);
    };
    let away = |reason: &str| {
        let remedy = "Check that livekit-server runs, and that LIVEKIT_URL is where.";
        Finding::failing(kind, "LiveKit does not answer.", remedy).because(&reason)
    };
    match timeout(PATIENCE, livekit.list_rooms()).await {
        Ok(Ok(_)) => Finding::fine(kind, "LiveKit answers, and takes the API key."),
        Ok(Err(CallError::Unreachable(reason) | CallError::Unavailable(reason))) => away(&reason),
        Ok(Err(error)) => {
            let remedy = "Check LIVEKIT_API_KEY and LIVEKIT_API_SECRET: they are what LiveKit's configuration has \
                          under keys. If they are right, LiveKit's log says what is wrong.";
            Finding::failing(kind, "LiveKit refuses what it is asked.", remedy).because(&error)
        }
        Err(_) => away(TOO_SLOW),
    }
}

/// Looks whether LiveKit has an ingress, and whether something answers where encoders connect.
pub async fn ingress(livekit: Option<&LiveKit>) -> Finding {
    let kind = PartKind::Ingress;
    let Some(livekit) = livekit else {
        return Finding::needs_livekit(kind, "Without LiveKit there is no ingress.");
    };
    let fails = |reason: &dyn ToString| {
        let remedy =
            "Start livekit/ingress with the same Redis as LiveKit, and set ingress in LiveKit's configuration.";
        Finding::failing(kind, "LiveKit has no ingress that answers.", remedy).because(&reason.to_string())
    };
    let addresses = match timeout(STEP_WITHIN, livekit.list_ingress_addresses()).await {
        Ok(Ok(addresses)) => addresses,
        Ok(Err(error)) => return fails(&error),
        Err(_) => return fails(&TOO_SLOW),
    };
    let open = join_all(addresses.iter().map(|address| is_open(address))).await;
    let closed: Vec<&str> =
        addresses.iter().zip(open).filter(|(_, is_open)| !is_open).map(|(address, _)| address.as_str()).collect();
    if addresses.is_empty() {
        let says = "LiveKit lists its ingresses. Where encoders connect is known with the first stream key.";
        return Finding::unknown(kind, says, "Make a stream key, and look again.");
    }
    if closed.is_empty() {
        return Finding::fine(kind, format!("Encoders can connect to {}.", addresses.join(" and ")));
    }
    let says = format!("Nothing answers at {}, where encoders connect.", closed.join(" and "));
    Finding::failing(kind, says, "Start ingress, and open its port.")
}

fn ingress_unseen() -> Finding {
    let says = "Whether ingress runs can't be seen while LiveKit does not say.";
    Finding::unknown(PartKind::Ingress, says, "See to LiveKit first.")
}

async fn is_open(address: &str) -> bool {
    match host_and_port(address) {
        Some(place) => timeout(STEP_WITHIN, TcpStream::connect(place)).await.is_ok_and(|opened| opened.is_ok()),
        None => false,
    }
}

fn host_and_port(address: &str) -> Option<(String, u16)> {
    let url = Url::parse(address).ok()?;
    let usual = match url.scheme() {
        "rtmp" => Some(1935),
        "rtmps" => Some(443),
        _ => url.port_or_known_default(),
    };
    Some((url.host_str()?.trim_matches(['[', ']']).to_owned(), url.port().or(usual)?))
}

/// Looks whether webhooks came when some had to: whenever somebody goes live, LiveKit sends several.
async fn webhooks(db: &Db, has_livekit: bool, base_url: &Url) -> Finding {
    let kind = PartKind::Webhooks;
    if !has_livekit {
        return Finding::needs_livekit(kind, "Without LiveKit there are no webhooks.");
    }
    let now = clock::now();
    // What is older has been forgotten, and one that began just now may still be on its way.
    let (from, until) = (now.minus(KEEP_EVENTS).plus(WEBHOOKS_WITHIN * 2), now.minus(WEBHOOKS_WITHIN));
    let looked = async {
        let began = events::find_last_start(db, from, until).await?;
        Ok::<_, Error>((began, events::find_last(db).await?))
    };
    match timeout(PATIENCE, looked).await {
        Ok(Ok((began, last))) => told_by(began, last, base_url),
        Ok(Err(error)) => webhooks_unseen().because(&error),
        Err(_) => webhooks_unseen().because(&TOO_SLOW),
    }
}

/// What it means that a stream which is on air began then, and that the last webhook came then.
fn told_by(began: Option<Timestamp>, last: Option<Timestamp>, base_url: &Url) -> Finding {
    match (began, last) {
        (Some(began), last) if last.is_none_or(|last| last < began.minus(WEBHOOKS_WITHIN)) => {
            webhooks_missing("A stream has come in, and LiveKit has sent no webhook since.", base_url)
        }
        (_, Some(last)) => webhooks_arrive(Some(last)),
        (_, None) => {
            let says = "No webhook of LiveKit's has come in the last 24 hours. Some come whenever somebody goes live.";
            Finding::unknown(PartKind::Webhooks, says, "Go live, or run streamit doctor, which has LiveKit send one.")
        }
    }
}

/// Webhooks come; the last one then.
pub fn webhooks_arrive(last: Option<Timestamp>) -> Finding {
    let mut found = Finding::fine(PartKind::Webhooks, "LiveKit's webhooks arrive.");
    found.part.last_at = last;
    found
}

/// Webhooks do not come; `says` is how that was seen.
pub fn webhooks_missing(says: impl Into<String>, base_url: &Url) -> Finding {
    let remedy = format!(
        "In LiveKit's configuration, set webhook.urls to {base_url}api/webhook/livekit (or how LiveKit reaches this \
         machine) and webhook.api_key to the key that is set here."
    );
    Finding::failing(PartKind::Webhooks, says, remedy)
}

fn webhooks_unseen() -> Finding {
    let says = "Whether LiveKit's webhooks arrive can't be seen without the database.";
    Finding::unknown(PartKind::Webhooks, says, "See to the database first.")
}

/// Looks whether a picture can be stored, and taken away again.
pub async fn storage(storage: &Storage, is_s3: bool) -> Finding {
    // Always the same name, which no picture gets: whatever breaks off, at most this one file stays.
    let file = Picture::new(PictureKind::Chosen, 0).large();
    let stored = async {
        storage.put(&file, Bytes::from_static(b"a look at the storage")).await?;
        storage.delete(&file).await
    };
    match timeout(PATIENCE, stored).await {
        Ok(Ok(())) => Finding::fine(PartKind::Storage, format!("Pictures can be stored {}.", place_of(is_s3))),
        Ok(Err(error)) => storage_fails(is_s3, &error),
        Err(_) => storage_fails(is_s3, &TOO_SLOW),
    }
}

/// A storage that cannot be used.
pub fn storage_fails(is_s3: bool, reason: &impl ToString) -> Finding {
    let remedy = if is_s3 {
        "Check STREAMIT_S3_BUCKET, its endpoint and its keys."
    } else {
        "Give media/ in the data folder to the user that StreamIt runs as, and see that the disk has room."
    };
    let says = format!("Pictures can't be stored {}.", place_of(is_s3));
    Finding::failing(PartKind::Storage, says, remedy).because(reason)
}

fn place_of(is_s3: bool) -> &'static str {
    if is_s3 { "in S3" } else { "in the data folder" }
}

/// Looks whether the mail server lets StreamIt in. No mail is sent.
pub async fn mail(mailer: Option<&Mailer>) -> Finding {
    let Some(mailer) = mailer else {
        let remedy = "Set STREAMIT_SMTP_URL and STREAMIT_MAIL_FROM, if mail is wanted.";
        return Finding::not_set_up(PartKind::Mail, "Mail is not set up.", remedy);
    };
    match timeout(PATIENCE, mailer.look()).await {
        Ok(Ok(())) => Finding::fine(PartKind::Mail, "The mail server lets StreamIt in."),
        Ok(Err(error)) => mail_fails(&error),
        Err(_) => mail_fails(&MailError::Failed(TOO_SLOW)),
    }
}

/// A mail server that cannot be used.
pub fn mail_fails(reason: &MailError) -> Finding {
    let remedy = "Check STREAMIT_SMTP_URL, and that the mail server runs.";
    Finding::failing(PartKind::Mail, "Mail can't be sent.", remedy).because(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_encoders_connect_is_read_from_the_address() {
        let place = |address| host_and_port(address).map(|(host, port)| format!("{host} {port}"));
        assert_eq!(place("rtmp://live.example.org/x").as_deref(), Some("live.example.org 1935"));
        assert_eq!(place("rtmp://127.0.0.1:1936/x").as_deref(), Some("127.0.0.1 1936"));
        assert_eq!(place("https://whip.example.org/w").as_deref(), Some("whip.example.org 443"));
        assert_eq!(place("nonsense"), None);
    }

    #[test]
    fn webhooks_are_missed_only_when_one_had_to_come() {
        let base_url = Url::parse("https://live.example.org").expect("an address");
        let minute = |minutes: u64| Timestamp(0).plus(Duration::from_secs(60 * minutes));
        let state = |began, last| told_by(began, last, &base_url).part.state;
        assert_eq!(state(None, None), PartState::Unknown);
        assert_eq!(state(None, Some(minute(1))), PartState::Ok);
        assert_eq!(state(Some(minute(10)), None), PartState::Failing);
        assert_eq!(state(Some(minute(10)), Some(minute(8))), PartState::Failing);
        // The first ones come a moment before it is live.
        assert_eq!(state(Some(minute(10)), Some(minute(9))), PartState::Ok);
        let words = told_by(Some(minute(10)), None, &base_url).part.remedy.expect("what to do");
        assert!(words.contains("https://live.example.org/api/webhook/livekit"), "{words}");
    }

    #[test]
    fn what_a_part_says_itself_comes_after_where_it_is() {
        let found = database_fails(&"no such host").at(&"db");
        assert_eq!(found.detail.as_deref(), Some("db: no such host"));
        assert_eq!(webhooks_arrive(None).at(&"here").detail.as_deref(), Some("here"));
    }
}
