//! The nouns of StreamIt and their rules.
//!
//! Pure: no clock, no database, no network; only its words follow the language of whom is answered
//! ([`crate::language`]). What is parsed into one of these types is valid from there on.

pub mod account;
pub mod analytics;
pub mod application;
pub mod attendance;
pub mod audit;
pub mod blocked_words;
pub mod broadcast;
pub mod browser_broadcast;
pub mod capture;
pub mod channel;
pub mod channel_list;
pub mod chart;
pub mod chart_curve;
pub mod chart_days;
pub mod chart_hours;
pub mod chat;
pub mod chat_announcer;
pub mod chat_draft;
pub mod chat_log;
pub mod chat_settings;
pub mod chat_standing;
pub mod checklist;
pub mod crop;
pub mod export;
pub mod fields;
pub mod folding;
pub mod guide;
pub mod id;
pub mod ingress;
pub mod media;
pub mod media_report;
pub mod moderation;
pub mod on_air;
pub mod own_path;
pub mod page;
pub mod picture_quality;
pub mod picture_watch;
pub mod playback;
pub mod profile;
pub mod search;
pub mod setup;
pub mod stream;
pub mod thumbnail;
pub mod timestamp;
pub mod title;
pub mod title_draft;
