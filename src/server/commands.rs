//! The command line: `streamit` serves, `streamit demo-creator` makes the creator of `./run --demo`, and
//! `streamit demo-analytics` gives that creator a past.

use std::{fs, net::SocketAddr, path::PathBuf, process::ExitCode};

use leptos::config::{LeptosOptions, get_configuration};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    auth::password::Hasher,
    config::Config,
    db::Db,
    events::Events,
    jobs,
    livekit::LiveKit,
    pictures::PictureMaker,
    queue::Queue,
    router,
    secrets::Secrets,
    services::{
        accounts,
        demo::{self, Wish},
    },
    state::{AppState, Parts},
    storage::Storage,
    telemetry,
};
use crate::domain::account::{Email, Password, Username};

/// Most days, and most viewers, that are made up.
const MAX_WISH: u32 = 100_000;
const DEMO_DAYS: u32 = 90;

const USAGE: &str = "\
Usage: streamit [COMMAND]

Without a command it serves. Settings are environment variables, also read from .env; the README lists them.

Commands:
  demo-creator   make the creator `demo`, or give it a new password; prints both as one line of JSON
  demo-analytics [DAYS [VIEWERS]]
                 replace what the creator `demo` has broadcast by DAYS (90) of made-up broadcasts until yesterday; with
                 VIEWERS by three hours every day with about so many viewers; prints their number as one line of JSON,
                 and the password of a creator that it made
  help           print this
";

/// What ends the program early, in words for whoever started it.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("a setting can't be used: {0}")]
    Config(#[from] super::config::ConfigError),
    #[error("the data folder {0}: {1}")]
    DataDir(PathBuf, std::io::Error),
    #[error("the database {0}: {1}")]
    Database(String, sqlx::Error),
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    #[error("{0} is no number of days or viewers: write one from 1 to {MAX_WISH}")]
    Number(String),
    #[error("{0}")]
    Service(#[from] super::Error),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Runs the command that the program was started with.
pub fn main() -> ExitCode {
    // A .env that is not there is fine.
    let _ = dotenvy::dotenv();
    telemetry::start();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.first().map(String::as_str) {
        None => run(serve()),
        Some("demo-creator") => run(demo_creator()),
        Some("demo-analytics") => run(demo_analytics(arguments.get(1..).unwrap_or_default().to_vec())),
        Some("help" | "--help" | "-h") => {
            say(USAGE);
            Ok(())
        }
        Some(unknown) => {
            complain(&format!("streamit: there is no command `{unknown}`\n\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&format!("streamit: {failure}\n"));
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "what a command answers")]
fn say(text: &str) {
    print!("{text}");
}

#[expect(clippy::print_stderr, reason = "why a command ended")]
fn complain(text: &str) {
    eprint!("{text}");
}

fn run(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

async fn serve() -> Result<(), Failure> {
    let state = open(Config::from_env()?).await?;
    let addr = state.config.addr;
    let listener = TcpListener::bind(addr).await.map_err(|error| Failure::Listen(addr, error))?;
    let stopping = state.stopping.clone();
    tokio::spawn(async move {
        wait_for_signal().await;
        stopping.cancel();
    });
    tracing::info!(%addr, livekit = state.livekit.is_some(), "serving");
    serve_on(listener, state).await?;
    Ok(())
}

/// Serves until `state.stopping` is cancelled, then finishes what has begun.
///
/// # Errors
/// When the listener breaks.
pub async fn serve_on(listener: TcpListener, state: AppState) -> std::io::Result<()> {
    jobs::start(&state);
    let app = router::build(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let stopping = state.stopping.clone();
    axum::serve(listener, app).with_graceful_shutdown(async move { stopping.cancelled().await }).await?;
    state.tasks.close();
    state.tasks.wait().await;
    state.db.close().await;
    Ok(())
}

async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

async fn open(config: Config) -> Result<AppState, Failure> {
    fs::create_dir_all(&config.data_dir).map_err(|error| Failure::DataDir(config.data_dir.clone(), error))?;
    let db = Db::open(&config.database_url).await;
    let db = db.map_err(|error| Failure::Database(without_password(&config.database_url).to_owned(), error))?;
    build_state(config, db).map_err(Failure::from)
}

/// Everything that a request needs.
///
/// # Errors
/// When the secret in the data folder, or the folder of pictures, cannot be read or made.
pub fn build_state(config: Config, db: Db) -> super::Result<AppState> {
    install_crypto();
    let internal = |error: std::io::Error| super::Error::Internal(format!("the secret: {error}"));
    Ok(AppState::new(Parts {
        secrets: Secrets::load(&config).map_err(internal)?,
        livekit: config.livekit.as_ref().map(LiveKit::new),
        events: Events::default(),
        hasher: Hasher::new()?,
        pictures: PictureMaker::default(),
        storage: Storage::open(&config)
            .map_err(|error| super::Error::Internal(format!("the storage of pictures: {error}")))?,
        queue: Queue::default(),
        leptos: leptos_options(),
        tasks: TaskTracker::new(),
        stopping: CancellationToken::new(),
        config,
        db,
    }))
}

/// rustls and jsonwebtoken let the program choose who computes; a second choice, as in tests, changes nothing.
fn install_crypto() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let _ = jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER.install_default();
}

/// Where the browser's files are: beside the program, unless cargo-leptos started it and says where.
fn leptos_options() -> LeptosOptions {
    if std::env::var_os("LEPTOS_SITE_ROOT").is_some()
        && let Ok(configuration) = get_configuration(None)
    {
        return configuration.leptos_options;
    }
    let folder = std::env::current_exe().ok().and_then(|exe| exe.parent().map(PathBuf::from)).unwrap_or_default();
    LeptosOptions::builder()
        .output_name("streamit")
        .site_root(folder.join("site").to_string_lossy().into_owned())
        .hash_files(folder.join("hash.txt").is_file())
        .build()
}

/// A database's address as it may be printed: it may hold a password, in more than one place.
fn without_password(database_url: &str) -> &str {
    if database_url.starts_with("sqlite:") { database_url } else { "of DATABASE_URL" }
}

async fn demo_creator() -> Result<(), Failure> {
    let state = open(Config::from_env()?).await?;
    let (username, email) = demo_account()?;
    let password = make_demo_creator(&state, &username, &email).await?;
    state.db.close().await;
    say(&format!("{}\n", serde_json::json!({ "username": username.as_str(), "password": password })));
    Ok(())
}

fn broken(invalid: crate::domain::fields::Invalid) -> super::Error {
    super::Error::Internal(invalid.0)
}

fn demo_account() -> super::Result<(Username, Email)> {
    Ok((Username::parse("demo").map_err(broken)?, Email::parse("demo@example.org").map_err(broken)?))
}

/// Gives its password.
async fn make_demo_creator(state: &AppState, username: &Username, email: &Email) -> super::Result<String> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let text = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 12]>());
    let password = Password::parse(&text).map_err(broken)?;
    accounts::ensure_demo_creator(state, username, email, &password).await?;
    Ok(text)
}

async fn demo_analytics(numbers: Vec<String>) -> Result<(), Failure> {
    let mut wished = Vec::new();
    for text in numbers {
        let number = text.parse().ok().filter(|number| (1..=MAX_WISH).contains(number));
        wished.push(number.ok_or(Failure::Number(text))?);
    }
    let wish = Wish { days: wished.first().copied().unwrap_or(DEMO_DAYS), daily_viewers: wished.get(1).copied() };
    let state = open(Config::from_env()?).await?;
    let (username, email) = demo_account()?;
    let known = accounts::find_demo_creator(&state, &username, &email).await?;
    let (user_id, password) = match known {
        Some(id) => (id, None),
        None => {
            let password = make_demo_creator(&state, &username, &email).await?;
            let made = accounts::find_demo_creator(&state, &username, &email).await?;
            (made.ok_or(super::Error::NotACreator)?, Some(password))
        }
    };
    let broadcasts = demo::make_up(&state, &user_id, wish).await?;
    state.db.close().await;
    let told = serde_json::json!({
        "username": username.as_str(), "password": password, "broadcasts": broadcasts,
    });
    say(&format!("{told}\n"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_of_the_database_is_not_printed() {
        for url in ["postgres://u:secret@h/db", "postgres://u:se#cret@h/db", "postgres://h/db?password=secret"] {
            assert!(!without_password(url).contains("cret"));
        }
        assert_eq!(without_password("sqlite:a/b.db"), "sqlite:a/b.db");
    }
}
