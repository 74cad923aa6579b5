//! What whoever runs the server has: what it says of itself, its log, and its commands.

mod accounts;
mod backups;
mod doctor;
mod starting;
mod stopping;
mod watching;
