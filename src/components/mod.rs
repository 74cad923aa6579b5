//! Views made from props and callbacks. They know the domain's nouns and nothing of the server: what they show comes
//! in, what the person wants goes out.

pub mod application;
pub mod avatar;
pub mod badge;
pub mod banner;
pub mod blocked_words;
pub mod channel_card;
pub mod chat_composer;
pub mod chat_line;
pub mod chat_log;
pub mod chat_rules;
pub mod chat_scroll;
pub mod chat_settings;
pub mod chat_sheet;
pub mod chat_text;
pub mod copy_button;
pub mod dialog;
pub mod encoder_controls;
pub mod feedback;
pub mod field;
pub mod follow_button;
pub mod icon;
pub mod key_panel;
pub mod key_steps;
pub mod listing;
pub mod moderation;
pub mod player;
pub mod preview;
pub mod sessions;
pub mod settings_undo;
pub mod stream_panel;
pub mod stream_title;
pub mod time_text;
pub mod toast;
pub mod toggle;
pub mod top_bar;
