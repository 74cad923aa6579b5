//! The pages: which resources and actions a page has, and how they are wired to components.
//!
//! A page is a file; a section of a page that is large, or on several pages, is one of its own. Only here does the wire
//! contract (`api`) meet what is seen.

pub mod account;
pub mod address;
pub mod admin;
pub mod admin_parts;
pub mod admin_users;
pub mod analytics;
pub mod analytics_last;
pub mod analytics_period;
pub mod analytics_report;
pub mod apply;
pub mod audit;
pub mod browser_broadcast;
pub mod chat;
pub mod chat_settings;
pub mod checklist;
pub mod dashboard;
pub mod delete_account;
pub mod encoder_controls;
pub mod follow;
pub mod forgot;
pub mod forms;
pub mod guide;
pub mod history;
pub mod home;
pub mod home_states;
pub mod keys;
pub mod link_preview;
pub mod lists;
pub mod login;
pub mod moderation;
pub mod not_found;
pub mod not_loaded;
pub mod own_preview;
pub mod password;
pub mod portrait;
pub mod profile;
pub mod session;
pub mod sessions;
pub mod signup;
pub mod site_files;
pub mod status;
pub mod stream_key;
pub mod streams;
pub mod thumbnail;
pub mod upload;
pub mod watch;
pub mod watch_player;
