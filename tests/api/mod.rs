//! The API, path by path: what each endpoint answers, and to whom. `matrix.rs` has a row for every endpoint and every
//! kind of person; the other files are about what an endpoint does.

mod account_deletion;
mod accounts;
mod administration;
mod analytics;
mod applications;
mod audit;
mod browse;
mod browser_broadcast;
mod channels;
mod chat;
mod chat_delay;
mod chat_rules;
mod controls;
mod doors;
mod follows;
mod forms;
mod keys;
mod matrix;
mod moderation;
mod openapi;
mod portrait;
mod profile;
mod resets;
mod sessions;
mod settings;
mod thumbnail;
