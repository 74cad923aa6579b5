//! Accounts at the command line. Passwords come from the terminal, unseen, or from standard input, and never from the
//! arguments, which others on the machine can read. What is decided is done by `services/operator.rs`, also beside a
//! server that runs.

use std::io::{IsTerminal as _, stdin};

use super::Failure;
use crate::server::{
    command_line::UserCommand,
    commands::{open, say},
    config::Config,
    instances,
    services::operator,
    state::AppState,
};

/// Carries out what was asked of accounts.
///
/// # Errors
/// When it could not be.
pub async fn user(command: UserCommand) -> Result<(), Failure> {
    let (state, _hold) = open(Config::from_env()?).await?;
    let done = change(&state, command).await;
    finish(&state).await;
    done
}

async fn change(state: &AppState, command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::List => return list(state).await,
        UserCommand::Add { username, email, admin, creator } => {
            let password = ask_password()?;
            let made = operator::add_user(state, &username, &email, &password, admin, creator).await?;
            say(&format!("Made the account {}{}.\n", made.username, what_it_is(made.is_admin, made.is_creator)));
        }
        UserCommand::Password { username } => {
            operator::set_password(state, &username, &ask_password()?).await?;
            say(&format!("{username} has the new password, and is signed out everywhere.\n"));
        }
        UserCommand::Admin { username, remove } => {
            operator::set_admin(state, &username, !remove).await?;
            say(&format!("{username} is {} admin.\n", if remove { "no longer an" } else { "an" }));
        }
        UserCommand::Delete { username } => {
            let question = format!("Everything of {username} goes for good. Type the username to confirm: ");
            if ask(&question)?.trim() != username {
                return Err(Failure::Told("That is another name, so nothing was deleted.".into()));
            }
            operator::delete_user(state, &username).await?;
            say(&format!("Deleted {username}.\n"));
        }
    }
    Ok(())
}

/// Makes somebody a creator.
///
/// # Errors
/// When it could not be.
pub async fn approve(username: &str) -> Result<(), Failure> {
    let (state, _hold) = open(Config::from_env()?).await?;
    let done = operator::approve(&state, username).await;
    finish(&state).await;
    done?;
    say(&format!("{username} is a creator.\n"));
    Ok(())
}

/// Takes that back.
///
/// # Errors
/// When it could not be.
pub async fn revoke(username: &str, reason: &str) -> Result<(), Failure> {
    let (state, _hold) = open(Config::from_env()?).await?;
    let done = operator::revoke(&state, username, reason).await;
    finish(&state).await;
    done?;
    say(&format!("{username} is no longer a creator; their key is void.\n"));
    Ok(())
}

/// What was begun is done to its end: LiveKit is still being told.
async fn finish(state: &AppState) {
    state.tasks.close();
    state.tasks.wait().await;
    instances::tell_rest(state).await;
    state.turns.close().await;
    state.db.close().await;
}

async fn list(state: &AppState) -> Result<(), Failure> {
    let mut after = String::new();
    loop {
        let some = operator::list_users(state, &after).await?;
        let Some(last) = some.last() else { return Ok(()) };
        after.clone_from(&last.username);
        for one in &some {
            say(&format!("{:<30}  {}{}\n", one.username, one.email, what_it_is(one.is_admin, one.is_creator)));
        }
    }
}

fn what_it_is(is_admin: bool, is_creator: bool) -> &'static str {
    match (is_admin, is_creator) {
        (true, true) => "  (admin, creator)",
        (true, false) => "  (admin)",
        (false, true) => "  (creator)",
        (false, false) => "",
    }
}

fn ask_password() -> Result<String, Failure> {
    let unreadable = |error: std::io::Error| Failure::Told(format!("the password can't be read: {error}"));
    if !stdin().is_terminal() {
        return ask("");
    }
    let password = rpassword::prompt_password("New password: ").map_err(unreadable)?;
    if rpassword::prompt_password("Once more: ").map_err(unreadable)? != password {
        return Err(Failure::Told("The two are not the same. Start again.".into()));
    }
    Ok(password)
}

/// One line from whoever is there, or from a pipe, which is asked nothing.
fn ask(question: &str) -> Result<String, Failure> {
    use std::io::Write as _;
    if stdin().is_terminal() {
        say(question);
        let _ = std::io::stdout().flush();
    }
    let mut line = String::new();
    let read = stdin().read_line(&mut line);
    read.map_err(|error| Failure::Told(format!("standard input can't be read: {error}")))?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
