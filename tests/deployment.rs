//! What `deploy/` says fits the program: settings, versions, metrics, ports, files that are named, and the image's
//! health check, which is run. Whether Caddy, Compose and systemd understand it, `scripts/deployment.sh` looks. No
//! container is started.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use streamit::server::config::{Config, NAMES};

use crate::support::{
    Database, TestApp,
    repository::{read, root},
};

on_both_databases![the_images_health_check_tells_a_server_that_runs];

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
    let server = read("scripts/livekit.sh");
    let server = server.lines().find_map(|line| line.strip_prefix("SERVER_VERSION=")).unwrap();
    let ingress = read("deploy/ingress/go.mod");
    let ingress = ingress.lines().find_map(|line| line.strip_prefix("require github.com/livekit/ingress ")).unwrap();
    for compose in ["deploy/compose.yaml", "deploy/single/compose.yaml"].map(read) {
        assert!(compose.contains(&format!("image: livekit/livekit-server:{server}\n")), "{server}");
        assert!(compose.contains(&format!("image: livekit/ingress:{ingress}\n")), "{ingress}");
        // Production keeps ingress' own judgement of what it can take.
        assert!(!compose.contains("cpu_cost"));
    }
    for told in ["deploy/compose.yaml", "deploy/single/livekit.yaml"] {
        assert!(read(told).contains("enable_psrpc_for_get_list_participants: true"), "{told}");
    }
    assert!(!read("deploy/single/ingress.yaml").contains("cpu_cost"));
}

#[test]
fn one_machine_runs_the_redis_and_the_proxy_that_several_do() {
    let (several, single) = (read("deploy/compose.yaml"), read("deploy/single/compose.yaml"));
    for image in single.lines().map(str::trim).filter(|line| line.starts_with("image: ")) {
        assert!(several.lines().any(|line| line.trim() == image), "{image}");
    }
}

#[test]
fn every_image_is_of_a_version() {
    let dockerfile = read("deploy/Dockerfile");
    let from = dockerfile.lines().filter_map(|line| line.strip_prefix("FROM ")).map(str::to_owned);
    let compose = ["deploy/compose.yaml", "deploy/single/compose.yaml"].map(read).concat();
    let images = compose.lines().filter_map(|line| line.trim().strip_prefix("image: ")).map(str::to_owned);
    for image in from.chain(images.filter(|image| image != "streamit")) {
        let version = image.split_once(':').map(|(_, version)| version);
        assert!(version.is_some_and(|version| !version.starts_with("latest")), "{image}");
    }
    // What compiles is Debian's own, of the release that the image runs on.
    assert!(
        dockerfile.contains("FROM buildpack-deps:bookworm AS build")
            && dockerfile.contains("FROM debian:bookworm-slim")
    );
    assert!(dockerfile.contains("ENV STREAMIT_RUST=debian"));
    let manifest = read("Cargo.toml");
    let rust = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    assert!(read("scripts/toolchain.sh").contains(&format!("\nMINIMUM={rust}\n")), "Cargo.toml asks for {rust}");
}

#[test]
fn the_image_holds_what_the_build_makes_and_is_not_roots() {
    let dockerfile = read("deploy/Dockerfile");
    let built = read("scripts/build.sh");
    let copied: Vec<&str> =
        dockerfile.split_whitespace().filter_map(|word| word.strip_prefix("/src/target/streamit/release/")).collect();
    assert_eq!(copied, ["streamit", "hash.txt", "site"]);
    for name in copied {
        assert!(built.contains(&format!("$OUT.new/{name}")), "{name}");
    }
    let (_, image) = dockerfile.rsplit_once("\nFROM ").unwrap();
    let user = image.lines().position(|line| line == "USER streamit").unwrap();
    let last = image.lines().position(|line| line.starts_with("ENTRYPOINT ")).unwrap();
    assert!(user < last && image.contains("useradd --system") && image.matches("\nUSER ").count() == 1);
}

#[test]
fn health_checks_of_one_machine_ask_where_somebody_listens() {
    let compose = read("deploy/single/compose.yaml");
    for (file, setting) in [("livekit", "port: "), ("ingress", "health_port: ")] {
        let settings = read(format!("deploy/single/{file}.yaml"));
        let port = settings.lines().find_map(|line| line.strip_prefix(setting)).unwrap();
        assert!(compose.contains(&format!("\"http://127.0.0.1:{port}/\"]")), "{file}: {port}");
    }
}

/// Runs the image's health check as Docker does, without a shell around it.
async fn is_healthy(address: &str) -> bool {
    let dockerfile = read("deploy/Dockerfile").replace("\\\n", "");
    let check = dockerfile.lines().find(|line| line.starts_with("HEALTHCHECK ")).unwrap();
    let (_, command) = check.split_once("CMD ").unwrap();
    let words: Vec<String> = serde_json::from_str(command).unwrap();
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).env("STREAMIT_ADDR", address);
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap().status.success()
}

async fn the_images_health_check_tells_a_server_that_runs(database: Database) {
    let mut app = TestApp::start(database).await;
    let address = app.address().to_string();
    assert!(is_healthy(&address).await);
    app.stop().await;
    assert!(!is_healthy(&address).await);
}

#[test]
fn files_that_compose_names_are_there() {
    for word in read("deploy/compose.yaml").split(['"', ' ']).filter_map(|word| word.strip_prefix("./")) {
        read(format!("deploy/{}", word.split(':').next().unwrap()));
    }
    // What is in config/ is made from the file of the same name beside it; streamit.env is looked at below.
    for word in read("deploy/single/compose.yaml").split(['"', ' ']).filter_map(|word| word.strip_prefix("./config/")) {
        read(format!("deploy/single/{}", word.split(':').next().unwrap()));
    }
}

/// Lets `setup.sh` make the settings of a machine, and reads those of the program.
fn set_up(folder: &Path, domain: &str) -> BTreeMap<String, String> {
    let script = root().join("deploy/single/setup.sh");
    let made = Command::new(script).args([domain, "203.0.113.10"]).arg(folder).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let text = fs::read_to_string(folder.join("streamit.env")).unwrap();
    let pairs = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn setup_makes_settings_that_can_be_used_and_keeps_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    let settings = set_up(folder.path(), "live.example.org");
    let config = Config::from_lookup(|name| settings.get(name).cloned()).unwrap();
    assert_eq!(config.base_url.as_str(), "https://live.example.org/");
    assert_eq!(config.livekit.unwrap().public_url, "wss://live.example.org");
    // Caddy, and LiveKit's webhooks, look for it there.
    let proxy = fs::read_to_string(folder.path().join("Caddyfile")).unwrap();
    let livekit = fs::read_to_string(folder.path().join("livekit.yaml")).unwrap();
    assert!(proxy.contains(&config.addr.to_string()) && livekit.contains(&config.addr.to_string()));
    let again = set_up(folder.path(), "media.example.org");
    assert_eq!(again["STREAMIT_BASE_URL"], "https://media.example.org");
    assert_eq!(again["LIVEKIT_API_SECRET"], settings["LIVEKIT_API_SECRET"]);
    for file in ["Caddyfile", "livekit.yaml", "ingress.yaml"] {
        assert!(!fs::read_to_string(folder.path().join(file)).unwrap().contains("${"), "{file}");
    }
}

#[test]
fn the_unit_and_the_settings_of_one_machine_name_settings_that_there_are() {
    for file in ["deploy/streamit.service", "deploy/single/setup.sh", "deploy/single/command.sh", "deploy/Dockerfile"] {
        let text = read(file);
        // That one is for scripts/toolchain.sh.
        let is_known = |name: &&str| NAMES.contains(name) || *name == "STREAMIT_RUST";
        let unknown: Vec<&str> = words(&text, "STREAMIT_").into_iter().filter(|name| !is_known(name)).collect();
        assert!(unknown.is_empty(), "{unknown:?} of {file}");
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

/// What `./run` finds in a file of settings, which it reads before the program is built, is what the program finds.
#[test]
fn run_reads_the_env_file_as_the_program_does() {
    let folder = tempfile::tempdir().unwrap();
    let script = read("scripts/run.sh");
    let function = script.split_once("\nsetting() {").and_then(|(_, rest)| rest.split_once("\n}\n")).unwrap().0;
    let file = [
        "# SETTING_A=no",
        "SETTING_A=127.0.0.1:3100 # a second copy",
        "SETTING_A=127.0.0.1:3200",
        "export SETTING_B = \"./my data\"  # quoted",
        "SETTING_C='a # b'",
        "SETTING_D=a#b  ",
        "SETTING_E=",
        "SETTING_F= # none",
        "SETTING_G=\"a\" # \"b\"",
    ];
    fs::write(folder.path().join(".env"), file.join("\n")).unwrap();
    let names =
        ["SETTING_A", "SETTING_B", "SETTING_C", "SETTING_D", "SETTING_E", "SETTING_F", "SETTING_G", "SETTING_H"];
    let ask = names.map(|name| format!("echo \"$(setting {name} none)\"")).join("\n");
    let mut bash = Command::new("bash");
    bash.current_dir(folder.path()).args(["-euo", "pipefail", "-c", &format!("setting() {{{function}\n}}\n{ask}")]);
    let answer = bash.output().unwrap();
    assert!(answer.status.success(), "{answer:?}");
    let asked = String::from_utf8(answer.stdout).unwrap();
    let mut told = BTreeMap::new();
    for setting in dotenvy::from_path_iter(folder.path().join(".env")).unwrap() {
        let (name, value) = setting.unwrap();
        told.entry(name).or_insert(value);
    }
    for (name, asked) in names.into_iter().zip(asked.lines()) {
        let program = told.get(name).filter(|value| !value.is_empty()).map_or("none", String::as_str);
        assert_eq!(asked, program, "{name}");
    }
}
