//! What `deploy/` says fits the program: settings, versions of LiveKit, metrics, and files that are named. No container
//! is started.

use std::{collections::BTreeSet, fs};

use streamit::server::config::NAMES;

fn read(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR")))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The words of a text that begin so, made of letters that names are made of.
fn words<'a>(text: &'a str, begin: &str) -> BTreeSet<&'a str> {
    let all = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    all.filter(|word| word.starts_with(begin) && word.len() > begin.len()).collect()
}

#[test]
fn compose_uses_settings_that_there_are_and_asks_for_all_that_it_needs() {
    let compose = read("deploy/compose.yaml");
    let unknown: Vec<&str> = words(&compose, "STREAMIT_").into_iter().filter(|name| !NAMES.contains(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let asked: BTreeSet<&str> = compose.split("${").skip(1).filter_map(|rest| rest.split([':', '}']).next()).collect();
    let example = read("deploy/env.example");
    let named: BTreeSet<&str> = example
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('=').map(|(name, _)| name))
        .filter(|name| *name != "COMPOSE_PROJECT_NAME")
        .collect();
    assert_eq!(asked, named);
}

#[test]
fn compose_runs_the_livekit_that_is_tested_with_what_it_must_be_told() {
    let compose = read("deploy/compose.yaml");
    let server = read("scripts/livekit.sh");
    let server = server.lines().find_map(|line| line.strip_prefix("SERVER_VERSION=")).unwrap();
    assert!(compose.contains(&format!("image: livekit/livekit-server:{server}\n")), "{server}");
    let ingress = read("deploy/ingress/go.mod");
    let ingress = ingress.lines().find_map(|line| line.strip_prefix("require github.com/livekit/ingress ")).unwrap();
    assert!(compose.contains(&format!("image: livekit/ingress:{ingress}\n")), "{ingress}");
    assert!(compose.contains("enable_psrpc_for_get_list_participants: true"));
    // Production keeps ingress' own judgement of what it can take.
    assert!(!compose.contains("cpu_cost"));
}

#[test]
fn files_that_compose_names_are_there() {
    for word in read("deploy/compose.yaml").split(['"', ' ']).filter_map(|word| word.strip_prefix("./")) {
        read(&format!("deploy/{}", word.split(':').next().unwrap()));
    }
}

#[test]
fn metrics_that_are_to_be_watched_are_counted() {
    let counted = read("src/server/metrics.rs");
    for guide in ["deploy/README.md", "docs/operating.md"] {
        let text = read(guide);
        for name in words(&text, "streamit_") {
            let name = name.trim_end_matches("_total").trim_end_matches("_count");
            assert!(counted.contains(&format!("\"{name}\"")), "{name} of {guide}");
        }
    }
}
