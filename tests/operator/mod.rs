//! What whoever runs the server has: what it says of itself, its log, and its commands. Most of these start the built
//! program as a process, beside the database and the LiveKit of the test.

mod accounts;
mod backups;
mod doctor;
mod starting;
mod stopping;
mod watching;
