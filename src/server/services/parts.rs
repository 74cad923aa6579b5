//! The parts that StreamIt works with: how each is looked at, and what is said of it. The one definition, for the page
//! of admins, for the banner that names what is missing, and for `streamit doctor`.
//!
//! Promises: an answer about each part within [`PATIENCE`], whatever it does, and no failure because one is away. What
//! the page gets was seen at most [`last_looks::LASTS`](super::last_looks::LASTS) ago, or now if it asks for that.

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
        services::{finding::Finding, upkeep::KEEP_EVENTS},
        state::AppState,
        storage::Storage,
    },
    text,
};

/// How long looking at a part may take.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// How long each of the two steps to ingress may take.
const STEP_WITHIN: Duration = Duration::from_millis(1500);
/// A webhook about a stream that began may come this much later, and the first ones came this much before.
const WEBHOOKS_WITHIN: Duration = Duration::from_secs(60);
const TOO_SLOW: &str = "no answer in time";

/// All parts, as they were found at most [`last_looks::LASTS`](super::last_looks::LASTS) ago; `again`: as they are now.
///
/// # Errors
/// When the one who asks is not an admin.
pub async fn list(state: &AppState, actor: &Actor, again: bool) -> Result<Vec<Part>> {
    actor.admin()?;
    Ok(state.last_looks.or_look(again, Box::pin(look_at_all(state))).await)
}

/// Each asked now, all at once.
async fn look_at_all(state: &AppState) -> Vec<Part> {
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
    found.map(|finding| finding.part).into()
}

/// Looks at a database that is open.
pub async fn database(db: &Db) -> Finding {
    let kind = PartKind::Database;
    match timeout(PATIENCE, inspect::schema(db)).await {
        Ok(Ok(Schema::UpToDate)) => Finding::fine(kind, text!(parts.database_answers)),
        Ok(Ok(Schema::Older(count))) => {
            Finding::failing(kind, text!(parts.database_is_older, count = count), text!(parts.restart))
        }
        Ok(Ok(Schema::Newer)) => Finding::failing(kind, text!(parts.database_is_newer), text!(parts.use_the_newer)),
        Ok(Err(error)) => database_fails(&error),
        Err(_) => database_fails(&TOO_SLOW),
    }
}

/// A database that cannot be opened or read.
pub fn database_fails(reason: &impl ToString) -> Finding {
    Finding::failing(PartKind::Database, text!(parts.database_fails), text!(parts.check_database)).because(reason)
}

/// Looks whether LiveKit answers and takes the API key.
pub async fn livekit_api(livekit: Option<&LiveKit>) -> Finding {
    let kind = PartKind::Livekit;
    let Some(livekit) = livekit else {
        return Finding::not_set_up(kind, text!(parts.livekit_not_set_up), text!(parts.set_up_livekit));
    };
    let away = |reason: &str| {
        Finding::failing(kind, text!(parts.livekit_is_away), text!(parts.check_livekit)).because(&reason)
    };
    match timeout(PATIENCE, livekit.list_rooms()).await {
        Ok(Ok(_)) => Finding::fine(kind, text!(parts.livekit_answers)),
        Ok(Err(CallError::Unreachable(reason) | CallError::Unavailable(reason))) => away(&reason),
        Ok(Err(error)) => Finding::failing(kind, text!(parts.livekit_refuses), text!(parts.check_key)).because(&error),
        Err(_) => away(TOO_SLOW),
    }
}

/// Looks whether LiveKit has an ingress, and whether something answers where encoders connect.
pub async fn ingress(livekit: Option<&LiveKit>) -> Finding {
    let kind = PartKind::Ingress;
    let Some(livekit) = livekit else {
        return Finding::needs_livekit(kind, text!(parts.ingress_needs_livekit));
    };
    let fails = |reason: &dyn ToString| {
        let (says, remedy) = (text!(parts.ingress_is_away), text!(parts.start_ingress));
        Finding::failing(kind, says, remedy).because(&reason.to_string())
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
        return Finding::unknown(kind, text!(parts.ingress_is_listed), text!(parts.make_a_key));
    }
    if closed.is_empty() {
        let all = addresses.join(text!(parts.between_addresses));
        return Finding::fine(kind, text!(parts.ingress_answers, addresses = all));
    }
    let closed = closed.join(text!(parts.between_addresses));
    Finding::failing(kind, text!(parts.ingress_is_closed, addresses = closed), text!(parts.open_ingress))
}

fn ingress_unseen() -> Finding {
    Finding::unknown(PartKind::Ingress, text!(parts.ingress_unseen), text!(parts.livekit_first))
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
        return Finding::needs_livekit(kind, text!(parts.webhooks_need_livekit));
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
            webhooks_missing(text!(parts.webhooks_missed), base_url)
        }
        (_, Some(last)) => webhooks_arrive(Some(last)),
        (_, None) => Finding::unknown(PartKind::Webhooks, text!(parts.no_webhooks_lately), text!(parts.try_webhooks)),
    }
}

/// Webhooks come; the last one then.
pub fn webhooks_arrive(last: Option<Timestamp>) -> Finding {
    let mut found = Finding::fine(PartKind::Webhooks, text!(parts.webhooks_arrive));
    found.part.last_at = last;
    found
}

/// Webhooks do not come; `says` is how that was seen.
pub fn webhooks_missing(says: impl Into<String>, base_url: &Url) -> Finding {
    Finding::failing(PartKind::Webhooks, says, text!(parts.set_webhooks, base_url = base_url.as_str()))
}

fn webhooks_unseen() -> Finding {
    Finding::unknown(PartKind::Webhooks, text!(parts.webhooks_unseen), text!(parts.database_first))
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
        Ok(Ok(())) if is_s3 => Finding::fine(PartKind::Storage, text!(parts.s3_works)),
        Ok(Ok(())) => Finding::fine(PartKind::Storage, text!(parts.folder_works)),
        Ok(Err(error)) => storage_fails(is_s3, &error),
        Err(_) => storage_fails(is_s3, &TOO_SLOW),
    }
}

/// A storage that cannot be used.
pub fn storage_fails(is_s3: bool, reason: &impl ToString) -> Finding {
    let (says, remedy) = if is_s3 {
        (text!(parts.s3_fails), text!(parts.check_s3))
    } else {
        (text!(parts.folder_fails), text!(parts.check_folder))
    };
    Finding::failing(PartKind::Storage, says, remedy).because(reason)
}

/// Looks whether the mail server lets StreamIt in. No mail is sent.
pub async fn mail(mailer: Option<&Mailer>) -> Finding {
    let Some(mailer) = mailer else {
        return Finding::not_set_up(PartKind::Mail, text!(parts.mail_not_set_up), text!(parts.set_up_mail));
    };
    match timeout(PATIENCE, mailer.look()).await {
        Ok(Ok(())) => Finding::fine(PartKind::Mail, text!(parts.mail_works)),
        Ok(Err(error)) => mail_fails(&error),
        Err(_) => mail_fails(&MailError::Failed(TOO_SLOW)),
    }
}

/// A mail server that cannot be used.
pub fn mail_fails(reason: &MailError) -> Finding {
    Finding::failing(PartKind::Mail, text!(parts.mail_fails), text!(parts.check_mail)).because(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_encoders_connect_is_read_from_the_address() {
        let place = |address| host_and_port(address).map(|(host, port)| format!("{host} {port}"));
        assert_eq!(place("rtmp://live.example.org/x").as_deref(), Some("live.example.org 1935"));
        assert_eq!(place("rtmp://127.0.0.1:1936/x").as_deref(), Some("127.0.0.1 1936"));
        assert_eq!(place("rtmps://live.example.org/x").as_deref(), Some("live.example.org 443"));
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
