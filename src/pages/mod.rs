//! The pages, one file each: which resources and actions a page has, and how they are wired to components.

pub mod account;
pub mod admin;
pub mod apply;
pub mod chat;
pub mod chat_rules;
pub mod checklist;
pub mod dashboard;
pub mod encoder_controls;
pub mod follow;
pub mod forms;
pub mod home;
pub mod keys;
pub mod lists;
pub mod login;
pub mod moderation;
pub mod not_found;
pub mod own_preview;
pub mod session;
pub mod signup;
pub mod status;
pub mod streams;
pub mod watch;
