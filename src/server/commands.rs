//! The program from start to end: `streamit` serves, `streamit demo-creator` makes the creator of `./run --demo`,
//! `streamit demo-analytics` gives that creator a past, and what the operator asks for is in `operator`.

use std::{fs, net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::Parser as _;
use leptos::config::{LeptosOptions, get_configuration};
use sqlx::migrate::MigrateError;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    auth::password::Hasher,
    command_line::{Command, CommandLine},
    config::{Config, env_file, unknown_names},
    db::Db,
    events::Events,
    instances,
    livekit::LiveKit,
    mail::Mailer,
    metrics::Metrics,
    operator::{self, hold::Hold},
    others::Others,
    pictures::PictureMaker,
    queue::Queue,
    router,
    secrets::Secrets,
    services::{
        accounts,
        demo::{self, Wish},
        last_looks::LastLooks,
        webhooks,
    },
    state::{AppState, Parts},
    storage::Storage,
    telemetry,
    turns::Turns,
};
use crate::domain::account::{Email, Password, Username};

/// Each thread's stack; only what is used of it takes memory. A page is rendered in frames within frames, its own and
/// those of what it asks for: `/admin` takes more than 500 kB, and without optimisation has taken more than the 2 MiB
/// that a thread has by default. A stack that overflows ends the server for everybody.
const STACK_BYTES: usize = 8 * 1024 * 1024;
/// How long what has begun may go on once the server is told to stop: for a call that LiveKit thinks about for 3 s, and
/// what is stored after it. A browser that is slow to send or to read may take for ever. What is cut off is mended by
/// the next look or the next change.
const FINISHES_WITHIN: Duration = Duration::from_millis(3500);
/// How long telling the other instances what happened last may take.
const TELLS_WITHIN: Duration = Duration::from_millis(500);
/// How long the database may take to be closed after that, and then what still computes.
const CLOSES_WITHIN: Duration = Duration::from_millis(500);

/// What ends the program early, in words for whoever started it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("a setting can't be used: {0}")]
    Config(#[from] super::config::ConfigError),
    #[error("the data folder {0}: {1}")]
    DataDir(PathBuf, std::io::Error),
    #[error("the database {0}: {1}")]
    Database(String, sqlx::Error),
    #[error(
        "the database {0} was changed by a newer StreamIt. Start that one, or put back a backup from before the \
         upgrade. Nothing was changed now."
    )]
    NewerDatabase(String),
    #[error(
        "the database {0} was made by another StreamIt: its change {1} is not the one that this program knows. Start \
         the program that it was used with. Nothing was changed now."
    )]
    OtherDatabase(String, i64),
    #[error("can't listen on {0}: {1}. Stop what listens there, or choose another address with STREAMIT_ADDR.")]
    Listen(SocketAddr, std::io::Error),
    #[error("{0}")]
    Operator(#[from] operator::Failure),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl Failure {
    /// Why the database that may be called so was not opened.
    fn of_database(name: &str, error: sqlx::Error) -> Self {
        let name = name.to_owned();
        let change = if let sqlx::Error::Migrate(change) = &error { Some(&**change) } else { None };
        match change {
            Some(MigrateError::VersionMissing(_)) => Self::NewerDatabase(name),
            Some(&MigrateError::VersionMismatch(number)) => Self::OtherDatabase(name, number),
            _ => Self::Database(name, error),
        }
    }
}

impl From<super::Error> for Failure {
    fn from(error: super::Error) -> Self {
        Self::Operator(error.into())
    }
}

/// Runs the command that the program was started with.
pub fn main() -> ExitCode {
    let command = match CommandLine::try_parse() {
        Ok(line) => line.command,
        Err(answer) => {
            // Nobody reads it: what is said does not matter then.
            let _ = answer.print();
            return ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2));
        }
    };
    if let Err(error) = env_file::read() {
        complain(&format!("streamit: {error}\n"));
        return ExitCode::FAILURE;
    }
    let is_serving = matches!(command, None | Some(Command::DemoCreator | Command::DemoAnalytics { .. }));
    telemetry::start(if is_serving { telemetry::WHILE_SERVING } else { telemetry::FOR_COMMANDS });
    let result = match command {
        None => run(serve()),
        Some(Command::DemoCreator) => run(demo_creator()),
        Some(Command::DemoAnalytics { days, viewers }) => run(demo_analytics(Wish { days, daily_viewers: viewers })),
        Some(command) => run(async { Ok(operator::carry_out(command).await?) }),
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
pub(super) fn say(text: &str) {
    print!("{text}");
}

#[expect(clippy::print_stderr, reason = "why a command ended")]
fn complain(text: &str) {
    eprint!("{text}");
}

fn run(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build()?;
    let result = runtime.block_on(work);
    // A password that is being hashed, or a picture that is being made, is nothing to anybody any more.
    runtime.shutdown_timeout(CLOSES_WITHIN);
    result
}

async fn serve() -> Result<(), Failure> {
    let config = Config::from_env()?;
    warn_of_unknown_settings();
    // Before anything else: a second program that was started by mistake touches no data.
    let addr = config.addr;
    let listener = TcpListener::bind(addr).await.map_err(|error| Failure::Listen(addr, error))?;
    let (state, _hold) = open(config).await?;
    let stopping = state.stopping.clone();
    tokio::spawn(async move {
        wait_for_signal().await;
        stopping.cancel();
    });
    // Who comes meanwhile waits in the listener's queue.
    state.db.connect_all().await;
    tracing::info!(%addr, livekit = state.livekit.is_some(), "serving");
    serve_on(listener, state).await?;
    Ok(())
}

fn warn_of_unknown_settings() {
    // A name that is no text is none of ours.
    let set = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for (name, meant) in unknown_names(set) {
        let hint = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
        tracing::warn!("{name} is set, but there is no such setting.{hint}");
    }
}

/// Serves until `state.stopping` is cancelled, then finishes what has begun, if that is soon.
///
/// # Errors
/// When the listener breaks.
pub async fn serve_on(listener: TcpListener, state: AppState) -> std::io::Result<()> {
    instances::start(&state);
    let app = router::build(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let stopping = state.stopping.clone();
    let work = async {
        axum::serve(listener, app).with_graceful_shutdown(stopping.cancelled_owned()).await?;
        state.tasks.close();
        state.tasks.wait().await;
        Ok(())
    };
    let result = tokio::select! {
        result = work => result,
        () = too_late(&state.stopping) => {
            tracing::warn!("stopping without some that were slow: they are cut off");
            Ok(())
        }
    };
    // Also of what was answered while the slow ones were waited for.
    let _ = tokio::time::timeout(TELLS_WITHIN, instances::tell_rest(&state)).await;
    // A connection that is still at work goes with the program: what it has not committed never was.
    let _ = tokio::time::timeout(CLOSES_WITHIN, state.db.close()).await;
    result
}

async fn too_late(stopping: &CancellationToken) {
    stopping.cancelled().await;
    tokio::time::sleep(FINISHES_WITHIN).await;
}

async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Opens the installation; the hold lasts as long as it is used, so that nothing is restored meanwhile.
pub(super) async fn open(config: Config) -> Result<(AppState, Hold), Failure> {
    let in_folder = |error| Failure::DataDir(config.data_dir.clone(), error);
    fs::create_dir_all(&config.data_dir).map_err(in_folder)?;
    let hold = Hold::shared(&config.data_dir).map_err(in_folder)?;
    let db = Db::open(&config.database_url).await;
    let db = db.map_err(|error| Failure::of_database(without_password(&config.database_url), error))?;
    Ok((build_state(config, db)?, hold))
}

/// Everything that a request needs.
///
/// # Errors
/// When the secret in the data folder, or the folder of pictures, cannot be read or made, or the mail server's name
/// cannot be used.
pub fn build_state(config: Config, db: Db) -> super::Result<AppState> {
    install_crypto();
    let internal = |error: std::io::Error| super::Error::Internal(format!("the secret: {error}"));
    let livekit = config.livekit.as_ref().map(LiveKit::new);
    let others = Arc::new(if db.is_shared() { Others::somewhere() } else { Others::default() });
    let no_mail = |error| super::Error::Internal(format!("STREAMIT_SMTP_URL: {error}"));
    Ok(AppState::new(Parts {
        secrets: Secrets::load(&config).map_err(internal)?,
        metrics: Metrics::new(livekit.as_ref()),
        livekit,
        events: Events::new(others.clone()),
        mailer: config.mail.as_ref().map(Mailer::new).transpose().map_err(no_mail)?,
        hasher: Hasher::new()?,
        pictures: PictureMaker::default(),
        storage: Storage::open(&config)
            .map_err(|error| super::Error::Internal(format!("the storage of pictures: {error}")))?,
        queue: Queue::new(others.clone()),
        others,
        turns: Arc::new(Turns::new(db.clone())),
        webhooks: webhooks::Intake::default(),
        last_looks: LastLooks::default(),
        leptos: leptos_options(),
        tasks: TaskTracker::new(),
        stopping: CancellationToken::new(),
        config,
        db,
    }))
}

/// rustls and jsonwebtoken let the program choose who computes; a second choice, as in tests, changes nothing.
pub(super) fn install_crypto() {
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
    let (state, _hold) = open(Config::from_env()?).await?;
    let (username, email) = demo_account()?;
    let password = make_demo_creator(&state, &username, &email).await?;
    state.db.close().await;
    say(&format!("{}\n", serde_json::json!({ "username": username.as_str(), "password": password })));
    Ok(())
}

fn broken(_: crate::domain::fields::Invalid) -> super::Error {
    super::Error::Internal("the account of the demo breaks the rules for accounts".to_owned())
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

async fn demo_analytics(wish: Wish) -> Result<(), Failure> {
    let (state, _hold) = open(Config::from_env()?).await?;
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
