//! Settings: environment variables, checked once at start-up. A wrong one is refused with the reason, which never holds
//! a secret.
//!
//! Every name of ours is in `NAMES`, so that a misspelt one can be told, and is explained in README.md.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use ipnet::IpNet;
use url::Url;

pub mod env_file;
pub mod mail;

/// How to reach LiveKit.
#[derive(Clone)]
pub struct LiveKitConfig {
    /// For this server's own calls: http or https.
    pub api_url: String,
    /// For browsers: ws or wss.
    pub public_url: String,
    /// Name of the key that requests are signed with.
    pub api_key: String,
    /// The key itself.
    pub api_secret: String,
}

impl std::fmt::Debug for LiveKitConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveKitConfig").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

/// Where pictures are kept, when not in the data folder: anything that speaks S3, addressed by path.
#[derive(Clone)]
pub struct S3Config {
    /// http or https; `None` is Amazon's own.
    pub endpoint: Option<Url>,
    /// The bucket, which exists.
    pub bucket: String,
    /// Its region.
    pub region: String,
    /// Names the key that requests are signed with.
    pub access_key_id: String,
    /// The key itself.
    pub secret_access_key: String,
}

impl std::fmt::Debug for S3Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3Config").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

/// All settings. What is shown of them for a programmer holds no secret.
#[derive(Clone)]
pub struct Config {
    /// `DATABASE_URL`: `sqlite:path` or `postgres://…`; a file in the data folder when unset.
    pub database_url: String,
    /// `LIVEKIT_URL`, `LIVEKIT_PUBLIC_URL`, `LIVEKIT_API_KEY`, `LIVEKIT_API_SECRET`; `None` when unset.
    pub livekit: Option<LiveKitConfig>,
    /// `STREAMIT_ADDR`: where the server listens.
    pub addr: SocketAddr,
    /// `STREAMIT_BASE_URL`: how browsers reach it; `http://localhost` and the port of `addr` when unset.
    pub base_url: Url,
    /// `STREAMIT_DATA_DIR`: what is not in the database.
    pub data_dir: PathBuf,
    /// `STREAMIT_SECRET`: what cookies are signed and keys encrypted with; kept in the data folder when unset.
    pub secret: Option<String>,
    /// `STREAMIT_AUTO_APPROVE`: applications are approved on arrival.
    pub auto_approve: bool,
    /// `STREAMIT_SEVERAL_QUALITIES`: RTMP is transcoded to three qualities, so that viewers on a slow line can follow.
    /// Off, there is one, at a third of the cost: for machines with few cores.
    pub several_qualities: bool,
    /// `STREAMIT_S3_BUCKET` and what belongs to it; `None` when unset: pictures are in the data folder.
    pub s3: Option<S3Config>,
    /// `STREAMIT_SMTP_URL` and `STREAMIT_MAIL_FROM`; `None` when unset: no mail is sent.
    pub mail: Option<mail::MailConfig>,
    /// `STREAMIT_METRICS_TOKEN`: who sends it may read `/metrics`; `None` when unset: this machine may.
    pub metrics_token: Option<String>,
    /// `STREAMIT_TRUSTED_PROXIES`: whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("addr", &self.addr)
            .field("base_url", &self.base_url.as_str())
            .finish_non_exhaustive()
    }
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct ConfigError {
    /// The environment variable.
    pub name: &'static str,
    /// What is wrong with it and what would be right. Never the value of a secret.
    pub reason: String,
}

/// Every variable of ours that is a setting.
pub const NAMES: [&str; 16] = [
    "STREAMIT_ADDR",
    "STREAMIT_AUTO_APPROVE",
    "STREAMIT_BASE_URL",
    "STREAMIT_DATA_DIR",
    "STREAMIT_LOG_FORMAT",
    MAIL_FROM,
    "STREAMIT_METRICS_TOKEN",
    S3_ACCESS_KEY_ID,
    S3_BUCKET,
    S3_ENDPOINT,
    S3_REGION,
    S3_SECRET_ACCESS_KEY,
    "STREAMIT_SECRET",
    "STREAMIT_SEVERAL_QUALITIES",
    SMTP_URL,
    "STREAMIT_TRUSTED_PROXIES",
];
/// How variables begin that mean something to the scripts and tests around the program, and nothing to it.
const OF_SCRIPTS: [&str; 21] = [
    "STREAMIT_BUILD",
    "STREAMIT_CACHE",
    "STREAMIT_CHROMIUM",
    "STREAMIT_CLONE",
    "STREAMIT_CONNECTIONS",
    "STREAMIT_E2E_",
    "STREAMIT_FAULTS_",
    "STREAMIT_GO",
    "STREAMIT_KILLS",
    "STREAMIT_LOAD",
    "STREAMIT_MEASURE",
    "STREAMIT_NODE_",
    "STREAMIT_PAGES",
    "STREAMIT_RUST",
    "STREAMIT_SCREENSHOTS",
    "STREAMIT_SECONDS",
    "STREAMIT_SEED",
    "STREAMIT_SEQUENCES",
    "STREAMIT_TEST_",
    "STREAMIT_TRACE",
    "STREAMIT_VIEWERS",
];
/// So many wrong letters are a slip.
const MOST_SLIPS: usize = 4;

/// Variables that look like ours and mean nothing, each with the name that it may have been meant to be.
pub fn unknown_names(set: impl IntoIterator<Item = String>) -> Vec<(String, Option<&'static str>)> {
    let is_known = |name: &str| NAMES.contains(&name) || OF_SCRIPTS.iter().any(|begin| name.starts_with(begin));
    let ours = set.into_iter().filter(|name| name.starts_with("STREAMIT_") && !is_known(name));
    let nearest = |name: &str| {
        let near = NAMES.iter().map(|known| (strsim::damerau_levenshtein(name, known), *known));
        near.min().filter(|(slips, _)| *slips <= MOST_SLIPS).map(|(_, known)| known)
    };
    ours.map(|name| (nearest(&name), name)).map(|(known, name)| (name, known)).collect()
}

fn refused(name: &'static str, reason: impl Into<String>) -> ConfigError {
    ConfigError { name, reason: reason.into() }
}

impl Config {
    /// Reads the settings from the environment.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()))
    }

    /// Reads the settings from `lookup`.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let addr: SocketAddr = lookup("STREAMIT_ADDR")
            .unwrap_or_else(|| "127.0.0.1:3000".to_owned())
            .parse()
            .map_err(|_| refused("STREAMIT_ADDR", "give an address and a port, such as 127.0.0.1:3000"))?;
        let data_dir = PathBuf::from(lookup("STREAMIT_DATA_DIR").unwrap_or_else(|| "./data".to_owned()));
        let database_url = match lookup("DATABASE_URL") {
            Some(url) => checked_database_url(url)?,
            None => format!("sqlite:{}", data_dir.join("streamit.db").display()),
        };
        let base_url = lookup("STREAMIT_BASE_URL").unwrap_or_else(|| format!("http://localhost:{}", addr.port()));
        let base_url = Url::parse(&base_url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| refused("STREAMIT_BASE_URL", "give an address such as https://live.example.org"))?;
        let secret = lookup("STREAMIT_SECRET");
        if secret.as_ref().is_some_and(|secret| secret.len() < 32) {
            return Err(refused("STREAMIT_SECRET", "give at least 32 characters"));
        }
        let metrics_token = lookup("STREAMIT_METRICS_TOKEN");
        if metrics_token.as_ref().is_some_and(|token| token.len() < 16) {
            return Err(refused("STREAMIT_METRICS_TOKEN", "give at least 16 characters"));
        }
        if lookup("STREAMIT_LOG_FORMAT").is_some_and(|format| format != "json" && format != "text") {
            return Err(refused("STREAMIT_LOG_FORMAT", "give text or json"));
        }
        Ok(Self {
            database_url,
            livekit: livekit(&lookup)?,
            addr,
            base_url,
            data_dir,
            secret,
            auto_approve: flag(&lookup, "STREAMIT_AUTO_APPROVE", false)?,
            several_qualities: flag(&lookup, "STREAMIT_SEVERAL_QUALITIES", true)?,
            s3: s3(&lookup)?,
            mail: mail::read(&lookup)?,
            metrics_token,
            trusted_proxies: networks(&lookup)?,
        })
    }

    /// Whether browsers come over https.
    pub fn is_https(&self) -> bool {
        self.base_url.scheme() == "https"
    }
}

fn checked_database_url(url: String) -> Result<String, ConfigError> {
    let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    if known {
        return Ok(url);
    }
    Err(refused("DATABASE_URL", "give sqlite:path/to/file.db or postgres://user:password@host/database"))
}

fn livekit(lookup: &impl Fn(&str) -> Option<String>) -> Result<Option<LiveKitConfig>, ConfigError> {
    let Some(url) = lookup("LIVEKIT_URL") else { return Ok(None) };
    let api_url = with_scheme(&url, "http", "LIVEKIT_URL")?;
    let public = lookup("LIVEKIT_PUBLIC_URL").unwrap_or(url);
    let public_url = with_scheme(&public, "ws", "LIVEKIT_PUBLIC_URL")?;
    let api_key =
        lookup("LIVEKIT_API_KEY").ok_or_else(|| refused("LIVEKIT_API_KEY", "is needed beside LIVEKIT_URL"))?;
    let api_secret =
        lookup("LIVEKIT_API_SECRET").ok_or_else(|| refused("LIVEKIT_API_SECRET", "is needed beside LIVEKIT_URL"))?;
    if api_secret.len() < 32 {
        return Err(refused("LIVEKIT_API_SECRET", "LiveKit asks for at least 32 characters"));
    }
    Ok(Some(LiveKitConfig { api_url, public_url, api_key, api_secret }))
}

const SMTP_URL: &str = "STREAMIT_SMTP_URL";
const MAIL_FROM: &str = "STREAMIT_MAIL_FROM";
const S3_ENDPOINT: &str = "STREAMIT_S3_ENDPOINT";
const S3_BUCKET: &str = "STREAMIT_S3_BUCKET";
const S3_REGION: &str = "STREAMIT_S3_REGION";
const S3_ACCESS_KEY_ID: &str = "STREAMIT_S3_ACCESS_KEY_ID";
const S3_SECRET_ACCESS_KEY: &str = "STREAMIT_S3_SECRET_ACCESS_KEY";

fn s3(lookup: &impl Fn(&str) -> Option<String>) -> Result<Option<S3Config>, ConfigError> {
    let Some(bucket) = lookup(S3_BUCKET) else {
        // Somebody who sets one of them does not mean the data folder.
        let rest = [S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY];
        return match rest.into_iter().find(|name| lookup(name).is_some()) {
            Some(name) => Err(refused(S3_BUCKET, format!("is needed beside {name}"))),
            None => Ok(None),
        };
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if bucket.len() < 3 || bucket.len() > 63 || !bucket.chars().all(is_name) {
        return Err(refused(S3_BUCKET, "give the name of a bucket, such as streamit-pictures"));
    }
    let endpoint = lookup(S3_ENDPOINT).map(|text| s3_endpoint(&text)).transpose()?;
    let needed = |name| lookup(name).ok_or_else(|| refused(name, format!("is needed beside {S3_BUCKET}")));
    Ok(Some(S3Config {
        endpoint,
        bucket,
        region: lookup(S3_REGION).unwrap_or_else(|| "us-east-1".to_owned()),
        access_key_id: needed(S3_ACCESS_KEY_ID)?,
        secret_access_key: needed(S3_SECRET_ACCESS_KEY)?,
    }))
}

fn s3_endpoint(text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.filter(|url| url.query().is_none() && url.username().is_empty());
    url.ok_or_else(|| refused(S3_ENDPOINT, "give an address such as https://s3.example.org, without the bucket"))
}

/// ws, wss, http and https name the same LiveKit; its API wants one pair and browsers the other.
fn with_scheme(url: &str, plain: &str, name: &'static str) -> Result<String, ConfigError> {
    let parsed = Url::parse(url).ok().filter(Url::has_host);
    let secure = match parsed.as_ref().map(Url::scheme) {
        Some("ws" | "http") => "",
        Some("wss" | "https") => "s",
        _ => return Err(refused(name, "give an address such as ws://127.0.0.1:7880 (ws, wss, http or https)")),
    };
    let rest = url.trim().split_once("://").map_or("", |(_, rest)| rest).trim_end_matches('/');
    Ok(format!("{plain}{secure}://{rest}"))
}

fn flag(lookup: &impl Fn(&str) -> Option<String>, name: &'static str, default: bool) -> Result<bool, ConfigError> {
    match lookup(name).as_deref() {
        None => Ok(default),
        Some("0" | "false" | "no") => Ok(false),
        Some("1" | "true" | "yes") => Ok(true),
        Some(_) => Err(refused(name, "give true or false")),
    }
}

fn networks(lookup: &impl Fn(&str) -> Option<String>) -> Result<Vec<IpNet>, ConfigError> {
    let text = lookup("STREAMIT_TRUSTED_PROXIES").unwrap_or_default();
    let parse = |part: &str| part.parse::<IpNet>().ok().or_else(|| part.parse::<IpAddr>().ok().map(IpNet::from));
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| parse(part).ok_or_else(|| refused("STREAMIT_TRUSTED_PROXIES", format!("{part} is no address"))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(settings: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_lookup(|name| settings.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = config(&[]).expect("defaults are valid");
        assert_eq!(config.addr.to_string(), "127.0.0.1:3000");
        assert!(config.livekit.is_none());
        assert_eq!(config.database_url, "sqlite:./data/streamit.db");
    }

    #[test]
    fn no_secret_is_in_what_is_shown_of_them() {
        let secret = "hush-".repeat(8);
        let database = format!("postgres://streamit:{secret}@db/streamit");
        let mail = format!("smtps://streamit:{secret}@mail.example.org");
        let settings = [
            ("DATABASE_URL", database.as_str()),
            ("LIVEKIT_URL", "ws://h:7880"),
            ("LIVEKIT_API_KEY", "k"),
            ("LIVEKIT_API_SECRET", &secret),
            ("STREAMIT_SECRET", &secret),
            ("STREAMIT_METRICS_TOKEN", &secret),
            (SMTP_URL, &mail),
            (MAIL_FROM, "live@example.org"),
        ];
        let shown = format!("{:?}", config(&settings).expect("valid"));
        assert!(shown.contains("127.0.0.1:3000") && !shown.contains("hush-"), "{shown}");
    }

    #[test]
    fn livekit_is_reached_by_http_and_shown_as_ws() {
        let secret = "s".repeat(32);
        for url in ["ws://h:7880", "http://h:7880/"] {
            let settings = [("LIVEKIT_URL", url), ("LIVEKIT_API_KEY", "k"), ("LIVEKIT_API_SECRET", &secret)];
            let livekit = config(&settings).expect("valid").livekit.expect("set");
            assert_eq!((livekit.api_url.as_str(), livekit.public_url.as_str()), ("http://h:7880", "ws://h:7880"));
        }
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (name, value) in [
            ("STREAMIT_ADDR", "nowhere"),
            ("STREAMIT_BASE_URL", "ftp://x"),
            ("STREAMIT_SECRET", "short"),
            ("STREAMIT_AUTO_APPROVE", "perhaps"),
            ("STREAMIT_TRUSTED_PROXIES", "10.0.0.0/99"),
            ("DATABASE_URL", "mysql://x"),
            ("LIVEKIT_URL", "tcp://x"),
            ("STREAMIT_S3_BUCKET", "a/b"),
            ("STREAMIT_METRICS_TOKEN", "short"),
            ("STREAMIT_LOG_FORMAT", "jsno"),
        ] {
            assert_eq!(config(&[(name, value)]).expect_err("refused").name, name);
        }
        assert_eq!(config(&[("LIVEKIT_URL", "ws://h")]).expect_err("refused").name, "LIVEKIT_API_KEY");
    }

    #[test]
    fn a_short_secret_of_livekit_is_refused_with_the_reason_and_without_itself() {
        let settings = [("LIVEKIT_URL", "ws://h"), ("LIVEKIT_API_KEY", "k"), ("LIVEKIT_API_SECRET", "tooshort")];
        let error = config(&settings).expect_err("refused");
        assert_eq!(error.name, "LIVEKIT_API_SECRET");
        assert!(error.reason.contains("32 characters") && !error.to_string().contains("tooshort"), "{error}");
    }

    #[test]
    fn a_slip_in_a_name_is_told_with_what_was_meant() {
        let set = ["STREAMIT_ADR", "STREAMIT_DATADIR", "STREAMIT_ADDR", "STREAMIT_SOMETHING_ELSE", "HOME"];
        let unknown = unknown_names(set.map(String::from));
        let expected = [
            ("STREAMIT_ADR", Some("STREAMIT_ADDR")),
            ("STREAMIT_DATADIR", Some("STREAMIT_DATA_DIR")),
            ("STREAMIT_SOMETHING_ELSE", None),
        ];
        assert_eq!(unknown, expected.map(|(name, known)| (name.to_owned(), known)));
    }

    #[test]
    fn the_settings_of_s3_belong_together_and_hide_the_key() {
        let all = [
            (S3_BUCKET, "pictures"),
            (S3_ENDPOINT, "https://s3.example.org"),
            (S3_ACCESS_KEY_ID, "id"),
            (S3_SECRET_ACCESS_KEY, "SECRET"),
        ];
        let s3 = config(&all).expect("valid").s3.expect("set");
        assert_eq!((s3.bucket.as_str(), s3.region.as_str()), ("pictures", "us-east-1"));
        assert!(!format!("{s3:?}").contains("SECRET"));
        assert!(config(&[]).expect("valid").s3.is_none());
        let refused = |settings: &[(&str, &str)]| config(settings).expect_err("refused").name;
        assert_eq!(refused(&all[1..]), S3_BUCKET);
        assert_eq!(refused(&all[..3]), S3_SECRET_ACCESS_KEY);
        assert_eq!(refused(&[all[0], all[3]]), S3_ACCESS_KEY_ID);
        assert_eq!(refused(&[all[0], (S3_ENDPOINT, "s3.example.org"), all[2], all[3]]), S3_ENDPOINT);
    }
}
