//! The rooms of the house: which folder may use which. ARCHITECTURE.md has the short form of the table; what that leaves
//! open is here with its reason. Reads `use` trees and paths, so that neither a nested brace nor a path in the
//! middle of an expression goes unseen. Unit tests (from `#[cfg(test)]` on) are free.

use std::{collections::BTreeSet, path::PathBuf};

use crate::support::repository::{files_ending, read};

/// A folder, and what its files may use of this crate and of others, besides themselves.
struct Room {
    /// Its path in the crate.
    name: &'static str,
    /// Paths of this crate that begin with one of these.
    may_use: &'static [&'static str],
    /// Crates that it never touches.
    never: &'static [&'static str],
}

/// What only a server has.
const SERVER_CRATES: [&str; 17] = [
    "sqlx",
    "axum",
    "tokio",
    "livekit_api",
    "livekit_protocol",
    "leptos_axum",
    "tower",
    "tower_http",
    "argon2",
    "jsonwebtoken",
    "chacha20poly1305",
    "futures",
    "image",
    "webp",
    "object_store",
    "jiff",
    "lettre",
];

/// The table.
const ROOMS: [Room; 19] = [
    // Which crates it may use is in DOMAIN_CRATES.
    Room { name: "domain", may_use: &[], never: &[] },
    // On the server, what somebody asked for is kept by tokio for as long as they are answered.
    Room { name: "language", may_use: &[], never: &["sqlx", "axum", "livekit_api", "livekit_protocol", "leptos_axum"] },
    Room { name: "components", may_use: &["domain"], never: &SERVER_CRATES },
    Room { name: "pages", may_use: &["domain", "api", "components", "browser"], never: &SERVER_CRATES },
    Room {
        name: "api",
        // The router completes a failure with what only it knows: the status and the request's id.
        may_use: &["domain", "server::services", "server::auth", "server::router::as_http_failure"],
        never: &["sqlx", "axum", "tokio", "livekit_api", "livekit_protocol", "leptos_axum"],
    },
    Room { name: "browser", may_use: &["domain", "api"], never: &SERVER_CRATES },
    Room {
        name: "server::routes",
        // The answer of a door is an envelope, which the router makes; its state is what services take.
        may_use: &[
            "domain",
            "api",
            "server::services",
            "server::auth",
            "server::state",
            "server::error",
            "server::router::success",
            "server::router::failure",
            // What describes the API is made beside it, not by a service.
            "server::openapi",
        ],
        never: &["sqlx", "livekit_api", "livekit_protocol"],
    },
    Room {
        name: "server::services",
        // An actor is what a service is asked by, a client is where it asks from, a session is what signing in makes.
        // Clock, queue, intake, secrets, events and settings are parts of the state.
        may_use: &[
            "domain",
            "server::db",
            "server::livekit",
            "server::events",
            "server::storage",
            "server::pictures",
            "server::config",
            "server::auth::password",
            "server::auth::actor",
            "server::auth::session",
            "server::auth::door::Client",
            "server::state",
            "server::error",
            "server::clock",
            "server::queue",
            "server::intake",
            "server::secrets",
            "server::metrics",
            // What another instance says is shown by a service.
            "server::others",
            "server::auth::reset_token",
            "server::mail",
            // What is remembered of a request is found in the log by its id.
            "server::telemetry",
        ],
        never: &["axum", "leptos", "leptos_axum", "livekit_api", "livekit_protocol"],
    },
    // Files and how they are made: neither knows whose they are.
    Room {
        name: "server::storage",
        may_use: &["domain", "server::config", "server::error"],
        never: &["sqlx", "axum", "leptos", "leptos_axum", "livekit_api", "livekit_protocol"],
    },
    Room {
        name: "server::pictures",
        may_use: &["domain", "server::error"],
        never: &["sqlx", "axum", "leptos", "leptos_axum", "livekit_api", "livekit_protocol", "object_store"],
    },
    // Knows how mail is sent, and not what is in it.
    Room {
        name: "server::mail",
        may_use: &["server::config"],
        never: &["sqlx", "axum", "leptos", "leptos_axum", "livekit_api", "livekit_protocol"],
    },
    Room {
        name: "server::livekit",
        may_use: &["domain", "server::config", "server::error"],
        never: &["sqlx", "axum", "leptos", "leptos_axum"],
    },
    Room {
        name: "server::jobs",
        may_use: &["domain", "server::services", "server::state"],
        never: &["sqlx", "axum", "leptos", "leptos_axum", "livekit_api", "livekit_protocol"],
    },
    // Which instance does what, and how they hear of each other; what it means is for services.
    Room {
        name: "server::instances",
        may_use: &[
            "domain",
            "server::db::shared",
            "server::error",
            "server::jobs",
            "server::others",
            "server::services::news",
            "server::state",
        ],
        never: &["sqlx", "axum", "leptos", "leptos_axum", "livekit_api", "livekit_protocol"],
    },
    Room {
        name: "server::db",
        may_use: &["domain"],
        never: &["axum", "leptos", "leptos_axum", "livekit_api", "livekit_protocol"],
    },
    Room {
        name: "server::auth",
        // Who is signed in, a service says; an actor is the row that it found.
        may_use: &[
            "domain",
            "server::services",
            "server::state",
            "server::error",
            "server::secrets",
            "server::clock",
            "server::db::sessions::VisitorRow",
            // Who sent a request is said where it is refused.
            "server::telemetry",
        ],
        never: &["sqlx", "livekit_api", "livekit_protocol"],
    },
    // Reads what is there of types, limits and paths, and asks for nothing while it runs.
    Room {
        name: "server::openapi",
        may_use: &[
            "domain",
            "api",
            "server::services",
            "server::routes::export::ExportQuery",
            "server::routes::sse::ChannelQuery",
            "server::routes::sse::ViewerCount",
            "server::routes::chat_events::ChatPosition",
            "server::telemetry",
        ],
        never: &["sqlx", "axum", "tokio", "livekit_api", "livekit_protocol"],
    },
    // Counts what it is told, and knows what can be told of.
    Room {
        name: "server::metrics",
        may_use: &["domain", "server::error", "server::db::PoolUse", "server::livekit::LiveKit"],
        never: &["sqlx", "axum", "leptos", "leptos_axum", "livekit_api", "livekit_protocol", "tokio"],
    },
    Room {
        name: "server::events",
        // The topic of a stream holds what its chat has to send.
        // What happens is said to the other instances too.
        may_use: &["domain", "server::others", "server::outbox"],
        never: &["sqlx", "axum", "leptos", "leptos_axum", "livekit_api", "livekit_protocol"],
    },
];

/// What every room may use: whatever is said to people, wherever that is, is said in their language.
const EVERYWHERE: [&str; 1] = ["language"];

/// What the domain may use beside the standard library. With schemars, which only a server has, types say what they are on
/// the wire where they are defined, so that the document of the API cannot say anything else.
const DOMAIN_CRATES: [&str; 6] =
    ["serde", "thiserror", "unicode_segmentation", "unicode_normalization", "time", "schemars"];

/// Names at the root of `server` that come from one of its rooms, and the macro that is at the root of the crate.
const RE_EXPORTS: [(&str, &str); 4] = [
    ("server::Error", "server::error"),
    ("server::Result", "server::error"),
    ("server::Db", "server::db"),
    ("text", "language"),
];

/// A file of `src`, without its comments, texts and tests.
struct Source {
    file: PathBuf,
    /// Its path in the crate: `server::db::users`.
    module: String,
    tokens: Vec<Token>,
}

/// A path that a file uses, and how deep in braces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Use {
    path: String,
    depth: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    /// `::`
    Colons,
    Sign(char),
}

fn sources() -> Vec<Source> {
    let all: Vec<Source> = files_ending("src", ".rs").into_iter().map(source).collect();
    assert!(all.len() > 50, "only {} files were found", all.len());
    all
}

fn source(file: PathBuf) -> Source {
    let text = read(&file);
    let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
    let inside = file.strip_prefix("src").expect("below src").with_extension("");
    let parts: Vec<&str> = inside.iter().map(|part| part.to_str().expect("UTF-8")).collect();
    let module = parts.join("::").trim_end_matches("::mod").to_owned();
    Source { file, module, tokens: tokens(shipped) }
}

/// Words and signs; comments and texts are left out.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut found = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        match chars[i] {
            '/' if at(i + 1) == '/' => i = end_of(&chars, i, "\n"),
            '/' if at(i + 1) == '*' => i = end_of(&chars, i, "*/"),
            'r' if at(i + 1) == '"' => i = end_of(&chars, i + 2, "\""),
            'r' if at(i + 1) == '#' && at(i + 2) == '"' => i = end_of(&chars, i + 3, "\"#"),
            '"' => {
                i += 1;
                while i < chars.len() && chars[i] != '"' {
                    i += if chars[i] == '\\' { 2 } else { 1 };
                }
                i += 1;
            }
            '\'' if at(i + 1) == '\\' => i = end_of(&chars, i + 3, "'"),
            '\'' if at(i + 2) == '\'' => i += 3,
            ':' if at(i + 1) == ':' => {
                found.push(Token::Colons);
                i += 2;
            }
            c if c.is_alphanumeric() || c == '_' => {
                let start = i;
                while at(i).is_alphanumeric() || at(i) == '_' {
                    i += 1;
                }
                found.push(Token::Word(chars[start..i].iter().collect()));
            }
            c if c.is_whitespace() => i += 1,
            c => {
                found.push(Token::Sign(c));
                i += 1;
            }
        }
    }
    found
}

fn end_of(chars: &[char], from: usize, mark: &str) -> usize {
    let mark: Vec<char> = mark.chars().collect();
    (from..chars.len()).find(|&i| chars[i..].starts_with(&mark)).map_or(chars.len(), |i| i + mark.len())
}

impl Source {
    /// Every path that the file spells out, with `self`, `super` and braces resolved: `crate::…`, or a crate's name.
    fn uses(&self) -> BTreeSet<Use> {
        let mut found = BTreeSet::new();
        let (mut i, mut depth) = (0, 0_usize);
        while i < self.tokens.len() {
            match &self.tokens[i] {
                Token::Sign('{') => depth += 1,
                Token::Sign('}') => depth = depth.saturating_sub(1),
                Token::Word(_) if self.tokens.get(i + 1) == Some(&Token::Colons) => {
                    i = self.path(i, depth, "", &mut found);
                    continue;
                }
                // A path that goes on from a value or a generic is nobody's room.
                Token::Colons => {
                    i += 2;
                    continue;
                }
                _ => {}
            }
            i += 1;
        }
        found
    }

    /// Reads the path that begins at `i`, braces included; gives where it ends.
    fn path(&self, mut i: usize, depth: usize, before: &str, found: &mut BTreeSet<Use>) -> usize {
        let mut path = before.to_owned();
        loop {
            match self.tokens.get(i) {
                Some(Token::Word(word)) => {
                    path = if path.is_empty() { word.clone() } else { format!("{path}::{word}") };
                    i += 1;
                }
                Some(Token::Sign('{')) => {
                    i += 1;
                    while self.tokens.get(i).is_some_and(|token| *token != Token::Sign('}')) {
                        let next = self.path(i, depth, &path, found);
                        // `as name`, a comma, a star.
                        i = if next == i { i + 1 } else { next };
                    }
                    return i + 1;
                }
                _ => break,
            }
            if self.tokens.get(i) != Some(&Token::Colons) {
                break;
            }
            i += 1;
        }
        if path != before {
            found.insert(Use { path: self.resolved(&path), depth });
        }
        i
    }

    fn resolved(&self, path: &str) -> String {
        let mut parts: Vec<&str> = path.split("::").filter(|part| *part != "self" || path == "self").collect();
        let mut base: Vec<&str> = self.module.split("::").collect();
        if path.starts_with("self::") {
            return format!("crate::{}::{}", self.module, parts.join("::"));
        }
        if parts[0] != "super" {
            return parts.join("::");
        }
        while parts.first() == Some(&"super") {
            parts.remove(0);
            base.pop();
        }
        let inside: Vec<&str> = base.into_iter().chain(parts).collect();
        format!("crate::{}", inside.join("::"))
    }
}

fn is_within(path: &str, room: &str) -> bool {
    path == room || path.strip_prefix(room).is_some_and(|rest| rest.starts_with("::"))
}

fn re_exported(path: &str) -> String {
    let real = RE_EXPORTS.iter().find(|(name, _)| is_within(path, name)).map(|(_, room)| *room);
    real.unwrap_or(path).to_owned()
}

/// What is wrong with one use in one room.
fn breach(room: &Room, used: &Use) -> Option<String> {
    let Some(path) = used.path.strip_prefix("crate::") else {
        let name = used.path.split("::").next().unwrap_or_default();
        return room.never.contains(&name).then(|| format!("uses the crate {name}"));
    };
    let path = re_exported(path);
    let mut may_use = room.may_use.iter().chain(&EVERYWHERE);
    let is_fine = is_within(&path, room.name)
        || may_use.clone().any(|allowed| is_within(&path, allowed))
        // A room's own name, before a brace or as a module: what is used of it stands beside it.
        || may_use.any(|allowed| is_within(allowed, &path) && path != "server::db");
    (!is_fine).then(|| format!("uses {path}"))
}

#[test]
fn no_room_uses_what_it_must_not() {
    let mut breaches = Vec::new();
    for source in sources() {
        for room in ROOMS.iter().filter(|room| is_within(&source.module, room.name)) {
            for used in source.uses() {
                breaches.extend(breach(room, &used).map(|what| format!("{}: {what}", source.file.display())));
            }
        }
    }
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

#[test]
fn the_domain_uses_little_beside_the_standard_library() {
    // `clippy` is what lints are named by, in `#[expect]`.
    let known = ["std", "core", "crate", "Self", "self", "clippy"];
    for source in sources().iter().filter(|source| is_within(&source.module, "domain")) {
        let imported: BTreeSet<String> =
            source.uses().into_iter().filter(|used| used.depth == 0).map(|used| used.path).collect();
        for path in imported {
            let first = path.split("::").next().unwrap_or_default();
            let is_a_type = first.starts_with(char::is_uppercase);
            let is_fine = is_a_type || known.contains(&first) || DOMAIN_CRATES.contains(&first);
            assert!(is_fine, "{}: {path}", source.file.display());
        }
    }
}

#[test]
fn the_api_names_the_server_only_inside_of_functions() {
    for source in sources().iter().filter(|source| is_within(&source.module, "api")) {
        for used in source.uses() {
            let is_server = used.path.starts_with("crate::server");
            assert!(!is_server || used.depth > 0, "{}: {}", source.file.display(), used.path);
        }
    }
}

#[test]
fn pages_and_components_have_no_conditions_on_the_target() {
    for folder in ["src/pages", "src/components"] {
        for file in files_ending(folder, ".rs") {
            let text = read(&file).replace("#[cfg(test)]", "");
            for word in ["#[cfg", "cfg!", "cfg_attr"] {
                assert!(!text.contains(word), "{}: {word}", file.display());
            }
        }
    }
}

/// A page is rendered on several threads, and what belongs to one of them panics when another one lets it go.
#[test]
fn what_is_rendered_on_the_server_belongs_to_no_thread() {
    let of_one_thread = ["new_local", "LocalStorage", "LocalResource", "SendWrapper"];
    for source in sources() {
        let is_rendered = ["pages", "components", "app"].into_iter().any(|room| is_within(&source.module, room));
        let has = |name: &&str| source.tokens.contains(&Token::Word((*name).to_owned()));
        let found = of_one_thread.iter().find(|name| is_rendered && has(name));
        assert_eq!(found, None, "{}", source.file.display());
    }
}

#[test]
fn nobody_uses_cfg_if() {
    for file in files_ending("src", ".rs") {
        assert!(!read(&file).contains("cfg_if"), "{}", file.display());
    }
    assert!(!read("Cargo.toml").contains("cfg-if"));
}

#[test]
fn only_the_root_has_conditions_on_modules() {
    for file in files_ending("src", ".rs").iter().filter(|file| !file.ends_with("lib.rs")) {
        let text = read(file);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2).filter(|pair| pair[0].starts_with("#[cfg(feature")) {
            let is_module = pair[1].starts_with("mod ") || pair[1].starts_with("pub mod ");
            assert!(!is_module, "{}: {}", file.display(), pair[1]);
        }
    }
}

#[test]
fn every_file_opens_with_what_it_is() {
    for folder in ["src", "tests"] {
        for file in files_ending(folder, ".rs") {
            let text = read(&file);
            let lines = text.lines().take_while(|line| line.starts_with("//!")).count();
            let is_short = (2..=6).contains(&lines);
            assert!(text.starts_with("//! ") && is_short, "{}: {lines} lines", file.display());
        }
    }
}

#[test]
fn the_program_itself_is_a_few_lines() {
    assert!(read("src/main.rs").lines().count() <= 15);
}

#[test]
fn migrations_are_the_same_on_both_databases() {
    let named = |folder: &str| -> Vec<(String, String)> {
        let all = files_ending(folder, ".sql").into_iter();
        all.map(|file| {
            let name = file.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            (name, read(&file))
        })
        .collect()
    };
    let (sqlite, postgres) = (named("migrations/sqlite"), named("migrations/postgres"));
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, postgres);
}

#[test]
fn the_reader_of_paths_sees_through_braces_texts_and_comments() {
    let text = r#"
        //! crate::a::Comment
        use crate::{b::{C, d::{self, E as F}}, g::*};
        use super::{h, super::i::J};
        fn f() { let x = crate::k::l("crate::m"); let y = sqlx::query("x"); let c: char = '"'; n::o::<P>(); }
    "#;
    let source = Source { file: PathBuf::new(), module: "server::db::users".into(), tokens: tokens(text) };
    let found: Vec<String> = source.uses().into_iter().map(|used| used.path).collect();
    for expected in [
        "crate::b::C",
        "crate::b::d",
        "crate::b::d::E",
        "crate::g",
        "crate::server::db::h",
        "crate::server::i::J",
        "crate::k::l",
        "sqlx::query",
        "n::o",
    ] {
        assert!(found.iter().any(|path| path == expected), "{expected} in {found:?}");
    }
    assert!(!found.iter().any(|path| path.contains("Comment") || path.contains("crate::m")), "{found:?}");
}

#[test]
fn a_breach_is_seen() {
    let services = ROOMS.iter().find(|room| room.name == "server::services").expect("a room");
    let used = |path: &str| Use { path: path.into(), depth: 0 };
    assert!(breach(services, &used("axum::Router")).is_some());
    assert!(breach(services, &used("crate::server::router::build")).is_some());
    assert!(breach(services, &used("crate::server::auth::door::visit")).is_some());
    assert!(breach(services, &used("crate::server::auth::door::Client")).is_none());
    assert!(breach(services, &used("crate::server::Result")).is_none());
    assert!(breach(services, &used("crate::text")).is_none());
    assert!(breach(services, &used("crate::language::current")).is_none());
    let routes = ROOMS.iter().find(|room| room.name == "server::routes").expect("a room");
    assert!(breach(routes, &used("crate::server::db")).is_some());
    assert!(breach(routes, &used("crate::server::livekit::LiveKit")).is_some());
}

/// All clones on a machine share one target folder, where cargo knows ours from no other's.
#[test]
fn these_tests_were_compiled_from_this_clone() {
    assert_eq!(std::env::var("CARGO_MANIFEST_DIR").as_deref(), Ok(env!("CARGO_MANIFEST_DIR")));
}
