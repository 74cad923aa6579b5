//! The wire contract: each action is one server function, which is at once the REST endpoint, what pages call, and
//! what tests call. A body asks who is there, calls one service, and passes on what it says.

pub mod account;
pub mod admin;
pub mod analytics;
pub mod auth;
pub mod channels;
pub mod chat;
pub mod creator;
pub mod error;
pub mod language;
pub mod protocol;
pub mod resets;
pub mod setup;
pub mod stream;

/// Paths of the endpoints that are not server functions.
pub mod paths {
    /// Server-Sent Events of the creator's own stream.
    pub const STREAM_EVENTS: &str = "/api/stream/events";
    /// Server-Sent Events of a channel, for viewers: `?username=`.
    pub const CHANNEL_EVENTS: &str = "/api/channel/events";
    /// Server-Sent Events of the signed-in account.
    pub const ACCOUNT_EVENTS: &str = "/api/account/events";
    /// The thumbnail of the creator's stream: a form with a file in it.
    pub const THUMBNAIL: &str = "/api/stream/thumbnail";
    /// The account's picture: a form with a file in it.
    pub const PORTRAIT: &str = "/api/account/picture";
    /// Files of pictures.
    pub const MEDIA: &str = "/media/{name}";
    /// The numbers of the creator's broadcasts as a file: `?format=csv|json`, and a period as in
    /// [`crate::api::analytics`]; without one, of all times.
    pub const ANALYTICS_EXPORT: &str = "/api/analytics/export";
    /// All of this, described for programs.
    pub const OPENAPI: &str = "/api/openapi.json";
    /// LiveKit's webhook.
    pub const WEBHOOK: &str = "/api/webhook/livekit";
}
