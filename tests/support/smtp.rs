//! A mail server for tests that speaks enough SMTP to be given mail: it asks for user and password, keeps what it gets,
//! and can be told to refuse or never to answer. It knows no encryption, and says so.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use super::{eventually, log::SECRET_MARK};

const USER: &str = "streamit";
/// Whom mail is from.
pub const FROM: &str = "streamit@example.net";

/// How it behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    #[default]
    Well,
    /// It takes mail for nobody, and says the address.
    Refusing,
    /// It says nothing at all.
    Silent,
}

/// A mail that was taken.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Whom it is for.
    pub to: String,
    /// All of it, as its reader sees it.
    pub text: String,
}

impl Mail {
    /// The token of the link in it.
    pub fn token(&self) -> String {
        let (_, rest) = self.text.split_once("/reset?token=").unwrap_or_else(|| panic!("no link: {}", self.text));
        rest.split_whitespace().next().expect("a token").to_owned()
    }
}

#[derive(Debug, Default)]
struct Inner {
    mood: Mood,
    mails: Vec<Mail>,
    /// The first word of everything that was said to it.
    said: Vec<String>,
}

/// The server. Clones are the same one.
#[derive(Clone, Debug)]
pub struct FakeSmtp {
    address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
}

fn password() -> String {
    format!("{SECRET_MARK}-of-smtp")
}

impl FakeSmtp {
    /// Starts one on a free port. It runs as long as the test.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let smtp = Self { address: listener.local_addr().expect("an address"), inner: Arc::default() };
        let served = smtp.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let smtp = served.clone();
                // One that goes away in the middle is none of our business.
                tokio::spawn(async move { drop(smtp.serve(socket).await) });
            }
        });
        smtp
    }

    /// What StreamIt is started with to use it.
    pub fn settings(&self) -> [(&'static str, String); 2] {
        self.settings_by("smtp")
    }

    /// The same, reached by another scheme.
    pub fn settings_by(&self, scheme: &str) -> [(&'static str, String); 2] {
        let url = format!("{scheme}://{USER}:{}@{}", password(), self.address);
        [("STREAMIT_SMTP_URL", url), ("STREAMIT_MAIL_FROM", format!("StreamIt <{FROM}>"))]
    }

    /// From now on it behaves like that.
    pub fn is(&self, mood: Mood) {
        self.inner.lock().unwrap().mood = mood;
    }

    /// What it was given so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.inner.lock().unwrap().mails.clone()
    }

    /// The first words of all that was said to it.
    pub fn said(&self) -> Vec<String> {
        self.inner.lock().unwrap().said.clone()
    }

    /// Waits until somebody has said that to it.
    pub async fn until_said(&self, word: &str) {
        eventually(word, || async { self.said().iter().any(|said| said == word).then_some(()) }).await;
    }

    /// Waits for the mail of that number, from 0.
    pub async fn mail(&self, number: usize) -> Mail {
        eventually("a mail", || async { self.mails().get(number).cloned() }).await
    }

    async fn serve(&self, socket: TcpStream) -> std::io::Result<()> {
        let (reading, mut writing) = socket.into_split();
        let mut lines = BufReader::new(reading).lines();
        self.inner.lock().unwrap().said.push("CONNECT".to_owned());
        if self.inner.lock().unwrap().mood == Mood::Silent {
            std::future::pending::<()>().await;
        }
        say(&mut writing, "220 fake").await?;
        let (mut to, mut is_known) = (String::new(), false);
        while let Some(line) = lines.next_line().await? {
            let word = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            self.inner.lock().unwrap().said.push(word.clone());
            let mood = self.inner.lock().unwrap().mood;
            let answer = match word.as_str() {
                "EHLO" => "250-fake\r\n250-8BITMIME\r\n250 AUTH PLAIN".to_owned(),
                "AUTH" => {
                    is_known = line == format!("AUTH PLAIN {}", BASE64.encode(format!("\0{USER}\0{}", password())));
                    if is_known { "235 known".to_owned() } else { "535 not known".to_owned() }
                }
                "MAIL" if !is_known => "530 who are you".to_owned(),
                "MAIL" if line.contains(FROM) => "250 ok".to_owned(),
                "RCPT" if mood == Mood::Refusing => format!("550 nobody is called {line}"),
                "RCPT" => {
                    to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    "250 ok".to_owned()
                }
                "DATA" => {
                    say(&mut writing, "354 go on").await?;
                    let text = readable(&content(&mut lines).await?);
                    self.inner.lock().unwrap().mails.push(Mail { to: to.clone(), text });
                    "250 taken".to_owned()
                }
                "NOOP" | "RSET" => "250 ok".to_owned(),
                "QUIT" => "221 bye".to_owned(),
                _ => "500 what".to_owned(),
            };
            say(&mut writing, &answer).await?;
        }
        Ok(())
    }
}

async fn say(writing: &mut OwnedWriteHalf, line: &str) -> std::io::Result<()> {
    writing.write_all(format!("{line}\r\n").as_bytes()).await
}

async fn content(lines: &mut tokio::io::Lines<BufReader<OwnedReadHalf>>) -> std::io::Result<String> {
    let mut text = String::new();
    while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
        text += line.strip_prefix('.').unwrap_or(&line);
        text += "\n";
    }
    Ok(text)
}

/// Undoes "quoted printable", if that is how it was sent: broken lines, and `=3D`.
fn readable(text: &str) -> String {
    if !text.to_lowercase().contains("quoted-printable") {
        return text.to_owned();
    }
    text.replace("=\n", "").replace("=3D", "=").replace("=2E", ".")
}
