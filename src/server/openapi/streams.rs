//! The server functions about streams: channels, chat, the creator's own stream and its numbers. Beside what their types
//! say: who may ask, what is refused, and which values are fine.

use serde_json::{Value, json};

use super::{
    limits::{LIVEKIT, choice, cursor, length, period},
    operation::{Access, Operation, function},
};
use crate::{
    api::{analytics, channels, chat, error::ErrorCode as E, stream},
    domain::{
        analytics::BroadcastOrder,
        blocked_words::{MAX_BLOCKED_WORDS, MAX_WORD_CHARS},
        chat::MAX_MESSAGE_CHARS,
        chat_settings::{ChatSettingsChange, DELAY_CHOICES_SECS, MAX_FOLLOWERS_MIN_MINUTES, MAX_SLOW_MODE_SECS},
        chat_standing::{MAX_MESSAGES, RATE_WINDOW},
        ingress::InputType,
        moderation::MAX_TIME_OUT_SECS,
        search::MAX_SEARCH_CHARS,
        stream::{DisconnectProtection, StreamInfoChange},
        thumbnail::MAX_ADDRESS_BYTES,
        title::MAX_TITLE_CHARS,
    },
};

/// The creator of a channel or a moderator of it alone; of one's own channel, when none is named.
const STAFF: [E; 3] = [E::NotACreator, E::Forbidden, E::NotFound];

/// All of them.
pub(super) fn all() -> Vec<Operation> {
    [channels(), messages(), bans(), moderation(), settings(), keys(), on_air(), numbers()].concat()
}

fn channels() -> Vec<Operation> {
    vec![
        function::<channels::Browse>(
            "Live streams by viewers, then those that were live last; or what a search finds.",
        )
        .field("search", json!({ "maxLength": MAX_SEARCH_CHARS }))
        .field("after", cursor())
        .refuses(&[E::Invalid]),
        function::<channels::ReadChannel>("A creator, their stream, and what the one who asks is to it.")
            .refuses(&[E::NotFound]),
        function::<channels::Follow>("Follows a channel.")
            .field("following", json!({ "description": "`false` does so no more: for plain forms." }))
            .by(Access::SignedIn)
            .refuses(&[E::NotFound, E::Conflict, E::Banned]),
        function::<channels::Unfollow>("Follows a channel no more.").by(Access::SignedIn).refuses(&[E::NotFound]),
        function::<channels::ChannelToken>("A token to watch a live channel in LiveKit.")
            .refuses(&[E::NotFound, E::ChannelOffline, E::LivekitUnreachable])
            .notes("A guest gets a cookie to be told apart by."),
    ]
}

fn messages() -> Vec<Operation> {
    vec![
        function::<chat::SendMessage>("Writes a message.")
            .field("text", length(1, MAX_MESSAGE_CHARS))
            .by(Access::SignedIn)
            .refuses(&[E::Invalid, E::NotFound, E::ChannelOffline])
            .refuses(&[E::Banned, E::TimedOut, E::ChatDisabled, E::FollowersOnly, E::FollowedTooRecently])
            .refuses(&[E::BlockedWord, E::SlowMode, E::TooFast, E::Repeated])
            .notes(format!(
                "At most {MAX_MESSAGES} in {} seconds, and none twice in a row, beside the creator's own rules. Held \
                 back, it has no revision yet.",
                RATE_WINDOW.as_secs()
            )),
        function::<chat::ChatMessages>("The newest lines, or those before `cursor`; with `since`, what changed.")
            .field("since", json!({ "description": "The revision up to which everything is known." }))
            .refuses(&[E::NotFound]),
        function::<chat::DeleteMessage>("Removes a message: one's own, or as a moderator somebody else's.")
            .by(Access::SignedIn)
            .refuses(&[E::NotFound, E::Forbidden]),
    ]
}

/// Whose channel it is.
fn whose() -> Value {
    json!({ "description": "Whose channel it is; one's own when left out." })
}

/// Who may not write, and what was done in a chat.
fn bans() -> Vec<Operation> {
    let staff = |operation: Operation| operation.field("username", whose()).by(Access::SignedIn).refuses(&STAFF);
    vec![
        staff(function::<chat::Ban>("Stops somebody from writing, for some seconds or for good."))
            .requires("seconds")
            .field(
                "seconds",
                json!({
                    "minimum": 1, "maximum": MAX_TIME_OUT_SECS, "description": "`null` is for good.",
                }),
            )
            .refuses(&[E::Invalid, E::Conflict]),
        staff(function::<chat::Unban>("Lets somebody write again.")),
        staff(function::<chat::ListBans>("Who may not write, the newest first.")).field("cursor", cursor()),
        staff(function::<chat::ListActions>("What creator and moderators did, the newest first."))
            .field("cursor", cursor()),
    ]
}

/// Who helps in one's own chat, and which words are blocked in it.
fn moderation() -> Vec<Operation> {
    let words = json!({ "maxItems": MAX_BLOCKED_WORDS, "items": { "type": "string", "maxLength": MAX_WORD_CHARS } });
    vec![
        function::<chat::AddModerator>("Makes somebody a moderator of one's own channel.")
            .by(Access::Creators)
            .refuses(&[E::NotFound, E::Conflict]),
        function::<chat::RemoveModerator>("Makes a moderator an ordinary viewer again.")
            .by(Access::Creators)
            .refuses(&[E::NotFound]),
        function::<chat::ListModerators>("The moderators of one's own channel, by name.").by(Access::Creators),
        function::<chat::ReadBlockedWords>("The words that are blocked in one's own channel.").by(Access::Creators),
        function::<chat::ChangeBlockedWords>("Replaces all blocked words; without `words` nothing changes.")
            .field("words", words)
            .never_null("words")
            .by(Access::Creators)
            .refuses(&[E::Invalid]),
    ]
}

/// What is said of one's own stream, and the rules of its chat.
fn settings() -> Vec<Operation> {
    vec![
        function::<stream::ReadStreamInfo>("One's stream, without its key.").by(Access::Creators),
        function::<stream::ChangeStreamInfo>("Changes title and thumbnail.")
            .body_of::<StreamInfoChange>()
            .field("title", length(1, MAX_TITLE_CHARS))
            .field(
                "thumbnail",
                json!({
                    "type": ["string", "null"],
                    "maxLength": MAX_ADDRESS_BYTES,
                    "description": "An http(s) address, or that of a picture that the server keeps; `null` removes it.",
                }),
            )
            .by(Access::Creators)
            .refuses(&[E::Invalid]),
        function::<stream::ChangeChatSettings>("Changes the rules of the chat.")
            .body_of::<ChatSettingsChange>()
            .field("chatDelaySeconds", choice(&DELAY_CHOICES_SECS))
            .field(
                "slowModeSeconds",
                json!({
                    "minimum": 0, "maximum": MAX_SLOW_MODE_SECS, "description": "0, or at least 3.",
                }),
            )
            .field("followersMinMinutes", json!({ "minimum": 0, "maximum": MAX_FOLLOWERS_MIN_MINUTES }))
            .by(Access::Creators)
            .refuses(&[E::Invalid]),
        function::<stream::TitleHistory>("The titles that the stream has had, the newest first.")
            .field("cursor", cursor())
            .by(Access::Creators),
    ]
}

fn keys() -> Vec<Operation> {
    vec![
        function::<stream::MakeIngress>("Makes a stream key; an existing one is void from then on.")
            .field("inputType", choice(&[InputType::Rtmp, InputType::Whip]))
            .never_null("inputType")
            .by(Access::Creators)
            .refuses(&[E::Invalid, E::Conflict, E::WhileLive])
            .refuses(&LIVEKIT),
        function::<stream::DeleteIngress>("Deletes the stream key.")
            .by(Access::Creators)
            .refuses(&[E::NoKey, E::Conflict, E::WhileLive])
            .refuses(&LIVEKIT),
        function::<stream::ReadCredentials>("What the encoder needs, with the key.")
            .by(Access::Creators)
            .refuses(&[E::NoKey]),
    ]
}

fn on_air() -> Vec<Operation> {
    vec![
        function::<stream::StreamStatus>("Whether the stream is on air.").by(Access::Creators),
        function::<stream::SetRehearsal>("Sets whether who comes next is seen by the creator alone.")
            .by(Access::Creators)
            .refuses(&[E::WhileLive]),
        function::<stream::GoLive>("Shows a rehearsal to everybody.")
            .by(Access::Creators)
            .refuses(&[E::Conflict, E::Invalid]),
        function::<stream::EndStream>("Ends the stream and keeps its encoder out.")
            .by(Access::Creators)
            .refuses(&LIVEKIT),
        function::<stream::ResumeStream>("Lets the encoder in again.").by(Access::Creators).refuses(&LIVEKIT),
        function::<stream::SetProtection>("Sets for how many seconds a drop is waited out.")
            .field("disconnectProtectionSeconds", choice(&DisconnectProtection::CHOICES))
            .by(Access::Creators)
            .refuses(&[E::Invalid]),
        function::<stream::BrowserToken>("A token to go live with from the browser.")
            .by(Access::Creators)
            .refuses(&[E::Conflict, E::WhileLive, E::EncoderLive])
            .refuses(&LIVEKIT),
    ]
}

fn numbers() -> Vec<Operation> {
    use BroadcastOrder as By;
    let orders =
        [By::Started, By::Duration, By::AverageViewers, By::PeakViewers, By::WatchTime, By::Messages, By::NewFollowers];
    vec![
        period(function::<analytics::ReadAnalyticsSummary>("How a period went, beside the one before."))
            .by(Access::Creators)
            .refuses(&[E::Invalid]),
        period(function::<analytics::ListBroadcasts>("The broadcasts of a period, or of all times."))
            .field("order", choice(&orders))
            .field("reverse", json!({ "description": "The other way round." }))
            .field("cursor", cursor())
            .by(Access::Creators)
            .refuses(&[E::Invalid]),
        function::<analytics::ReadBroadcast>("One broadcast, also while it is on air.")
            .by(Access::Creators)
            .refuses(&[E::NotFound]),
    ]
}
