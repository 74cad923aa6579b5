//! What only a browser can do: server-sent events, the player, camera and microphone, pictures, clipboard, timers.
//!
//! It compiles for the server too, so that pages need no conditions, but is only called from effects and event
//! handlers, which do not run there. What a page may make while it renders (`new`, `timers::late_after`) is signals,
//! and effects on them.

pub mod broadcaster;
pub mod browser_broadcast;
pub mod channel_feed;
pub mod chat_announcements;
pub mod chat_engine;
pub mod chat_feed;
pub mod clipboard;
pub mod close_requests;
pub mod events;
pub mod measuring;
pub mod picture;
pub mod playback;
pub mod playback_engine;
pub mod player;
pub mod program;
pub mod refresh;
pub mod storage;
pub mod time_zone;
pub mod timers;
pub mod whole_page;
