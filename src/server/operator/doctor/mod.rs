//! Looks whether all is well, and says in a sentence each what to do where it is not. It changes nothing that lasts: a
//! picture and a room of its own are gone when it is done.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    os::unix::fs::PermissionsExt as _,
};

use url::{Host, Url};

use super::{Failure, archive};
use crate::{
    domain::setup::PartState,
    server::{
        clock,
        commands::say,
        config::{Config, unknown_names},
        db::{Db, inspect},
        mail::Mailer,
        services::{
            finding::Finding,
            parts::{self, PATIENCE},
        },
        storage::Storage,
    },
};

mod media;

/// Less free space than this is soon none.
const LEAST_FREE_BYTES: u64 = 500 * 1024 * 1024;

/// What was found, said as it is found.
#[derive(Debug, Default)]
struct Report {
    wrong: usize,
}

impl Report {
    fn fine(&self, text: &str) {
        say(&format!("✓ {text}\n"));
    }

    fn wrong(&mut self, text: &str) {
        self.wrong += 1;
        say(&format!("✗ {text}\n"));
    }

    /// Neither right nor wrong.
    fn open(&self, text: &str) {
        say(&format!("· {text}\n"));
    }

    fn is(&mut self, is_fine: bool, fine: &str, wrong: &str) {
        if is_fine { self.fine(fine) } else { self.wrong(wrong) }
    }

    /// What was found of a part, in the words of everywhere, and what it says itself.
    fn part(&mut self, found: &Finding) {
        let Finding { part, detail } = found;
        let sentences = [Some(&part.says), part.consequence.as_ref(), part.remedy.as_ref()];
        let detail = detail.as_ref().map(|detail| format!("({detail})"));
        let words: Vec<&str> = sentences.into_iter().chain([detail.as_ref()]).flatten().map(String::as_str).collect();
        match part.state {
            PartState::Ok => self.fine(&words.join(" ")),
            PartState::Failing => self.wrong(&words.join(" ")),
            PartState::NotSetUp | PartState::Unknown => self.open(&words.join(" ")),
        }
    }
}

/// Looks at everything.
///
/// # Errors
/// When something is wrong.
pub async fn look() -> Result<(), Failure> {
    let mut report = Report::default();
    match Config::from_env() {
        Ok(config) => look_at_all(&mut report, &config).await,
        Err(error) => report.wrong(&format!("A setting can't be used: {error}.")),
    }
    match report.wrong {
        0 => Ok(()),
        1 => Err(Failure::Told("One thing is wrong.".into())),
        count => Err(Failure::Told(format!("{count} things are wrong."))),
    }
}

async fn look_at_all(report: &mut Report, config: &Config) {
    settings(report, config);
    data_folder(report, config);
    let db = database(report, config).await;
    storage(report, config).await;
    mail(report, config).await;
    let is_running = server(report, config).await;
    match &config.livekit {
        Some(settings) => media::look(report, config, settings, db.as_ref().filter(|_| is_running)).await,
        None => report.part(&parts::livekit_api(None).await),
    }
}

fn settings(report: &mut Report, config: &Config) {
    let unknown = unknown_names(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()));
    for (name, meant) in &unknown {
        let hint = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
        report.wrong(&format!("{name} is set, but there is no such setting.{hint}"));
    }
    if unknown.is_empty() {
        report.fine("The settings can be used.");
    }
    let is_here = is_loopback(&config.base_url);
    report.is(
        config.is_https() || is_here,
        &format!("Browsers reach StreamIt at {}.", config.base_url),
        "STREAMIT_BASE_URL is http: passwords and cookies can be read on the way. Put a proxy with TLS in front, and \
         give its https address.",
    );
    if let Some(livekit) = config.livekit.as_ref().filter(|_| config.is_https()) {
        report.is(
            livekit.public_url.starts_with("wss:"),
            &format!("Browsers reach LiveKit at {}.", livekit.public_url),
            "LIVEKIT_PUBLIC_URL is not encrypted, and a page that came over https may not connect to it: nobody sees a \
             picture. Put a proxy with TLS in front of LiveKit, and give its wss address.",
        );
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn data_folder(report: &mut Report, config: &Config) {
    let folder = &config.data_dir;
    if !folder.exists() {
        return report.open(&format!("The data folder {} is made at the first start.", folder.display()));
    }
    let probe = folder.join(format!(".doctor-{}", clock::new_id()));
    match archive::private_file(&probe).and_then(|_| fs::remove_file(&probe)) {
        Ok(()) => report.fine(&format!("The data folder {} can be written.", folder.display())),
        Err(error) => report.wrong(&format!(
            "The data folder {} can't be written ({error}): give it to the user that StreamIt runs as.",
            folder.display()
        )),
    }
    if let Ok(disk) = rustix::fs::statvfs(folder) {
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let gigabytes = free / (1024 * 1024 * 1024);
        let wrong = "Less than 500 MB are free where the data is: make room, or soon nothing can be stored.";
        report.is(free >= LEAST_FREE_BYTES, &format!("{gigabytes} GB are free where the data is."), wrong);
    }
    secret(report, config);
}

fn secret(report: &mut Report, config: &Config) {
    if config.secret.is_some() {
        return report.fine("The secret is a setting (STREAMIT_SECRET).");
    }
    let path = config.data_dir.join(archive::SECRET);
    match fs::metadata(&path) {
        Ok(file) if file.permissions().mode() & 0o077 != 0 => {
            report.wrong(&format!("Others can read the secret: chmod 600 {}", path.display()))
        }
        Ok(file) if file.len() < 32 => {
            report.wrong(&format!("The secret in {} is damaged: restore it from a backup.", path.display()))
        }
        Ok(_) if fs::File::open(&path).is_err() => report.wrong(&format!(
            "The secret in {} can't be read: give it to the user that StreamIt runs as.",
            path.display()
        )),
        Ok(_) => report.fine("The secret is there, and for StreamIt alone."),
        Err(_) => report.open("The secret is made at the first start."),
    }
}

async fn database(report: &mut Report, config: &Config) -> Option<Db> {
    let file = inspect::sqlite_file(&config.database_url);
    if let Some(file) = file.filter(|file| !file.exists()) {
        report.open(&format!("The database {} is made at the first start.", file.display()));
        return None;
    }
    let (db, found) = match Db::look_into(&config.database_url).await {
        Ok(db) => {
            let found = parts::database(&db).await;
            (Some(db), found)
        }
        Err(error) => (None, parts::database_fails(&error)),
    };
    // The address of another one holds a password.
    report.part(&match file {
        Some(file) => found.at(&file.display()),
        None => found,
    });
    db
}

async fn storage(report: &mut Report, config: &Config) {
    if !config.data_dir.exists() {
        return;
    }
    let is_s3 = config.s3.is_some();
    report.part(&match Storage::open(config) {
        Ok(storage) => parts::storage(&storage, is_s3).await,
        Err(error) => parts::storage_fails(is_s3, &error),
    });
}

async fn mail(report: &mut Report, config: &Config) {
    let found = match config.mail.as_ref().map(Mailer::new).transpose() {
        Ok(mailer) => parts::mail(mailer.as_ref()).await,
        Err(error) => parts::mail_fails(&error),
    };
    report.part(&match &config.mail {
        Some(settings) => found.at(&settings.host),
        None => found,
    });
}

async fn server(report: &mut Report, config: &Config) -> bool {
    let mut addr = config.addr;
    match addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => addr.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => addr.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let asked = reqwest::Client::new().get(format!("http://{addr}/readyz")).timeout(PATIENCE).send().await;
    let status = asked.ok().map(|answer| answer.status().as_u16());
    match status {
        Some(200) => report.fine(&format!("StreamIt runs at {addr}, and is ready.")),
        Some(503) => report.wrong(&format!("StreamIt runs at {addr}, and can't reach its database: see its log.")),
        Some(_) => {
            report.wrong(&format!("Something else than StreamIt answers at {addr}: choose another STREAMIT_ADDR."))
        }
        None => report.open(&format!("StreamIt does not run at {addr}.")),
    }
    status == Some(200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_needs_no_https() {
        let is_here = |url| is_loopback(&Url::parse(url).expect("an address"));
        assert!(is_here("http://localhost:3000") && is_here("http://127.0.0.1") && is_here("http://[::1]:3000"));
        assert!(!is_here("http://live.example.org") && !is_here("http://10.0.0.1"));
    }
}
