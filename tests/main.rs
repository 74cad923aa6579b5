//! The real server, from outside: its router on a free port, once on SQLite and once on PostgreSQL, beside a LiveKit
//! that is told how to behave.
//!
//! Promises: every test has a server, a database and a LiveKit of its own, goes through the public HTTP API, and waits
//! for conditions instead of times. PostgreSQL: `eval "$(scripts/postgres.sh …)"`, see `support::database`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[macro_use]
mod support;

mod api;
mod chat_convergence;
mod chat_delivery;
mod contrast;
mod deployment;
mod instances;
mod languages;
mod names;
mod on_air;
mod operator;
mod pages;
mod reconcile;
mod rooms;
mod secrets;
mod security;
mod sequences;
mod site;
mod sql;
mod state;
mod upgrades;
mod webhooks;
