//! Settings of mail: which server takes it, and whom it is from. Both or neither. A password in the address is in no
//! message, and a way without encryption is for a server on this machine alone.

use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::{ConfigError, MAIL_FROM, SMTP_URL, refused};

const FORM: &str = "give an address such as smtps://user:password@mail.example.org:465 or \
                    smtp+starttls://user:password@mail.example.org:587. Write characters such as @ : / % in user and \
                    password as %40 %3A %2F %25";

/// How the way to the server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// From the first byte on.
    Tls,
    /// Once the server was asked to; a server that does not do it gets no mail.
    StartTls,
    /// Not: for a server on this machine.
    None,
}

/// How mail is sent.
#[derive(Clone)]
pub struct MailConfig {
    /// How the way is encrypted.
    pub security: SmtpSecurity,
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// User and password, if the server asks for them.
    pub credentials: Option<(String, String)>,
    /// Whom mail is from.
    pub from: Mailbox,
}

impl std::fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailConfig").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

pub(super) fn read(lookup: &impl Fn(&str) -> Option<String>) -> Result<Option<MailConfig>, ConfigError> {
    let (url, from) = match (lookup(SMTP_URL), lookup(MAIL_FROM)) {
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(refused(MAIL_FROM, format!("is needed beside {SMTP_URL}"))),
        (None, Some(_)) => return Err(refused(SMTP_URL, format!("is needed beside {MAIL_FROM}"))),
        (Some(url), Some(from)) => (url, from),
    };
    let from: Mailbox = from.trim().parse().map_err(|_| {
        refused(MAIL_FROM, "give an address such as streamit@example.org, or StreamIt <streamit@example.org>")
    })?;
    server(&url, from).map(Some)
}

fn server(text: &str, from: Mailbox) -> Result<MailConfig, ConfigError> {
    let url = Url::parse(text.trim()).ok().filter(Url::has_host).ok_or_else(|| refused(SMTP_URL, FORM))?;
    let (security, port) = match url.scheme() {
        "smtps" => (SmtpSecurity::Tls, 465),
        "smtp+starttls" => (SmtpSecurity::StartTls, 587),
        "smtp" => (SmtpSecurity::None, 25),
        _ => return Err(refused(SMTP_URL, FORM)),
    };
    let is_plain = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    if !is_plain || host.is_empty() {
        return Err(refused(SMTP_URL, FORM));
    }
    if security == SmtpSecurity::None && !is_here(&host) {
        let reason =
            "smtp:// is not encrypted, and only for a server on this machine. Use smtps:// or smtp+starttls://";
        return Err(refused(SMTP_URL, reason));
    }
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(|text| text.into_owned());
    let credentials = match (decoded(url.username()), decoded(url.password().unwrap_or_default())) {
        (Ok(user), Ok(_)) if user.is_empty() => None,
        (Ok(user), Ok(password)) => Some((user, password)),
        _ => return Err(refused(SMTP_URL, FORM)),
    };
    Ok(MailConfig { security, host, port: url.port().unwrap_or(port), credentials, from })
}

fn is_here(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(ip)) => ip.is_loopback(),
        Ok(Host::Ipv6(ip)) => ip.is_loopback(),
        Err(_) => host == "::1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(url: &str, from: &str) -> Result<Option<MailConfig>, ConfigError> {
        let text = |value: &str| (!value.is_empty()).then(|| value.to_owned());
        read(&|name| if name == SMTP_URL { text(url) } else { text(from) })
    }

    #[test]
    fn a_mail_server_is_named_with_how_it_is_reached() {
        let from = "StreamIt <streamit@example.org>";
        for (url, security, port) in [
            ("smtps://u:p%40ss@mail.example.org", SmtpSecurity::Tls, 465),
            ("smtp+starttls://u:p%40ss@mail.example.org", SmtpSecurity::StartTls, 587),
            ("smtp+starttls://u:p%40ss@mail.example.org:2525", SmtpSecurity::StartTls, 2525),
        ] {
            let config = mail(url, from).expect("valid").expect("set");
            assert_eq!((config.security, config.port, config.host.as_str()), (security, port, "mail.example.org"));
            assert_eq!(config.credentials, Some(("u".to_owned(), "p@ss".to_owned())));
            assert!(!format!("{config:?}").contains("p@ss"));
        }
        let here = mail("smtp://127.0.0.1:2525", "streamit@example.org").expect("valid").expect("set");
        assert_eq!((here.security, here.credentials), (SmtpSecurity::None, None));
        assert!(mail("", "").expect("neither is fine").is_none());
    }

    #[test]
    fn a_mail_server_that_cannot_be_used_is_refused_without_its_password() {
        let from = "streamit@example.org";
        for (url, from, name) in [
            ("smtps://u:neverprint@h", "", MAIL_FROM),
            ("", from, SMTP_URL),
            ("smtps://u:neverprint@h", "nobody", MAIL_FROM),
            ("smtp://u:neverprint@mail.example.org", from, SMTP_URL),
            ("https://u:neverprint@h", from, SMTP_URL),
            ("smtps://u:neverprint@h/path", from, SMTP_URL),
            ("smtps://u:neverprint@", from, SMTP_URL),
            ("mail.example.org", from, SMTP_URL),
        ] {
            let error = mail(url, from).expect_err(url);
            assert_eq!(error.name, name, "{url}");
            assert!(!error.to_string().contains("neverprint"), "{error}");
        }
    }
}
