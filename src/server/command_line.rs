//! What can be typed after `streamit`. Nothing secret is ever an argument: arguments are in everybody's list of
//! processes.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::domain::application;

/// Most days, and most viewers, that are made up.
const MOST_MADE_UP: i64 = 100_000;

fn up_to_the_most() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=MOST_MADE_UP)
}

/// Self-hosted live streaming. Without a command it serves.
#[derive(Debug, Parser)]
#[command(
    name = "streamit",
    version,
    after_help = "Settings are environment variables, also read from .env; the README lists them."
)]
pub struct CommandLine {
    /// What to do; to serve, when it is nothing.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program does beside serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the creator `demo`, or give it a new password; prints both as one line of JSON
    DemoCreator,
    /// Replace what the creator `demo` has broadcast by made-up broadcasts until yesterday; prints their number as one
    /// line of JSON, and the password of a creator that it made
    DemoAnalytics {
        /// How many days of them
        #[arg(default_value_t = 90, value_parser = up_to_the_most())]
        days: u32,
        /// Three hours every day, with about so many viewers
        #[arg(value_parser = up_to_the_most())]
        viewers: Option<u32>,
    },
    /// Check settings, data, LiveKit and its webhooks, and say what to do about what is wrong
    Doctor,
    /// Write database, secret and pictures into one file, also while the server runs
    Backup {
        /// Where to; it must not be there yet. It holds the secret: keep it as safe as a password
        file: PathBuf,
    },
    /// Put back what a backup holds, while the server is stopped
    Restore {
        /// What `backup` wrote
        file: PathBuf,
        /// Replace what is in the data folder; it is kept beside what replaces it
        #[arg(long)]
        force: bool,
    },
    /// List, add, change and delete accounts
    #[command(subcommand)]
    User(UserCommand),
    /// Make somebody a creator, whether or not they have applied
    Approve {
        /// Their username
        username: String,
    },
    /// Take that back: their stream ends, and their key is void
    Revoke {
        /// Their username
        username: String,
        /// Why: they read it
        #[arg(long, default_value = application::TAKEN_BACK)]
        reason: String,
    },
}

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// All accounts: username, address, and what they are
    List,
    /// Make an account; the password is asked for, or read from standard input
    Add {
        /// 3 to 30 of a-z, 0-9 and _
        username: String,
        /// Their address
        email: String,
        /// They decide applications
        #[arg(long)]
        admin: bool,
        /// They may stream
        #[arg(long)]
        creator: bool,
    },
    /// Give an account a new password, and sign it out everywhere; asked for, or read from standard input
    Password {
        /// Whose
        username: String,
    },
    /// Make somebody an admin
    Admin {
        /// Whom
        username: String,
        /// No longer, instead
        #[arg(long)]
        remove: bool,
    },
    /// Delete an account with all that is its own; the username is asked for once more, or read from standard input
    Delete {
        /// Whose
        username: String,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_fits_together_and_explains_itself() {
        CommandLine::command().debug_assert();
        let help = CommandLine::command().render_long_help().to_string();
        for command in
            ["demo-creator", "demo-analytics", "doctor", "backup", "restore", "user", "approve", "revoke", "help"]
        {
            assert!(help.contains(command), "{help}");
        }
    }

    #[test]
    fn nothing_is_to_serve_and_an_unknown_command_is_refused() {
        assert!(CommandLine::try_parse_from(["streamit"]).expect("fine").command.is_none());
        assert_eq!(CommandLine::try_parse_from(["streamit", "sreve"]).expect_err("unknown").exit_code(), 2);
        assert_eq!(CommandLine::try_parse_from(["streamit", "help"]).expect_err("help").exit_code(), 0);
    }
}
