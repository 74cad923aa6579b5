//! The use cases: each checks permission, does its work in a transaction, and tells whom it concerns.
//!
//! A service takes the state, who asks, and what they ask for. It knows neither HTTP nor pages.

pub mod account_deletion;
pub mod accounts;
pub mod analytics;
pub mod applications;
pub mod audience;
pub mod audit;
pub mod browse;
pub mod browser_broadcast;
pub mod channels;
pub mod chat;
pub mod controls;
pub mod counting;
pub mod demo;
pub mod export;
pub mod finding;
pub mod follows;
pub mod health;
pub mod ingress;
pub mod last_looks;
mod limits;
pub mod moderation;
pub mod news;
pub mod on_air;
pub mod operator;
pub mod parts;
mod passwords;
pub(super) mod period;
pub mod pictures;
pub mod portraits;
pub mod profile;
pub mod publish;
pub mod resets;
pub mod sessions;
pub mod setup;
pub mod signing_in;
pub mod streams;
pub mod thumbnails;
pub mod upkeep;
pub mod users;
pub mod webhooks;
