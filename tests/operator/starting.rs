//! What the program says when it cannot start, or when a setting means nothing; and its help. It ends with the reason
//! and never prints a secret that it refuses. And every setting is in README.md, and whatever scripts set is known.

use std::{collections::BTreeSet, path::PathBuf};

use streamit::server::config::{NAMES, unknown_names};

use crate::support::{
    Database, TestApp,
    log::SECRET_MARK,
    peer::gauges,
    repository::{files_below, read, root},
};

on_both_databases![
    a_setting_that_cannot_be_used_ends_it_with_the_reason,
    a_port_in_use_and_a_data_folder_that_is_none_end_it_with_the_reason,
    a_misspelt_setting_is_told_with_what_was_meant,
    a_line_of_the_env_file_that_cannot_be_read_ends_it,
    help_names_every_command,
    connections_are_made_before_anybody_waits_for_them,
];

async fn a_setting_that_cannot_be_used_ends_it_with_the_reason(database: Database) {
    let app = TestApp::start(database).await;
    let short = &SECRET_MARK[..12];
    for (name, value, reason) in [
        ("LIVEKIT_API_SECRET", short, "LIVEKIT_API_SECRET: LiveKit asks for at least 32 characters"),
        ("STREAMIT_SECRET", short, "STREAMIT_SECRET: give at least 32 characters"),
        ("STREAMIT_ADDR", "nowhere", "STREAMIT_ADDR: give an address and a port"),
        ("STREAMIT_METRICS_TOKEN", short, "STREAMIT_METRICS_TOKEN: give at least 16 characters"),
        ("STREAMIT_LOG_FORMAT", "jsno", "STREAMIT_LOG_FORMAT: give text or json"),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL: give sqlite:"),
    ] {
        let complained = app.command(&[], &[(name, value)], "").await.refused(reason);
        assert!(!complained.contains(short), "{complained}");
    }
}

async fn a_port_in_use_and_a_data_folder_that_is_none_end_it_with_the_reason(database: Database) {
    let app = TestApp::start(database).await;
    let taken = app.address().to_string();
    let complained = app.command(&[], &[("STREAMIT_ADDR", &taken)], "").await.refused("STREAMIT_ADDR");
    assert!(complained.contains(&format!("can't listen on {taken}")), "{complained}");
    let file = format!("{}/a-file", app.setting("STREAMIT_DATA_DIR"));
    std::fs::write(&file, "").unwrap();
    app.command(&[], &[("STREAMIT_DATA_DIR", &file)], "").await.refused(&format!("the data folder {file}"));
}

async fn a_misspelt_setting_is_told_with_what_was_meant(database: Database) {
    let app = TestApp::start(database).await;
    let program = app.program_with(&[("STREAMIT_AUTOAPPROVE", "true")]).await;
    let line = program.until_logged("a warning", |line| line.contains("STREAMIT_AUTOAPPROVE")).await;
    assert!(line.contains("WARN") && line.contains("Did you mean STREAMIT_AUTO_APPROVE?"), "{line}");
}

/// What stands below it would be missing: the program would go on with another database, and make another secret.
async fn a_line_of_the_env_file_that_cannot_be_read_ends_it(database: Database) {
    let app = TestApp::start(database).await;
    let file = format!("{}/.env", app.setting("STREAMIT_DATA_DIR"));
    for (line, reason) in [
        ("STREAMIT_MAIL_FROM=StreamIt <streamit@example.org>".to_owned(), "STREAMIT_MAIL_FROM=…"),
        (format!("STREAMIT_SECRET = {SECRET_MARK} {SECRET_MARK}"), "STREAMIT_SECRET=…"),
        (format!("9{SECRET_MARK}=="), "one without a NAME="),
    ] {
        std::fs::write(&file, format!("{line}\nSTREAMIT_ADDR=nowhere\n")).unwrap();
        let complained = app.command(&["doctor"], &[], "").await.refused(reason);
        assert!(complained.contains(".env") && complained.contains("single quotes"), "{complained}");
        assert!(!complained.contains(SECRET_MARK), "{complained}");
    }
}

async fn help_names_every_command(database: Database) {
    let app = TestApp::start(database).await;
    for ask in ["help", "--help", "-h"] {
        let help = app.command(&[ask], &[], "").await.ok();
        for command in ["demo-creator", "doctor", "backup", "restore", "user", "approve", "revoke"] {
            assert!(help.contains(command), "{command} in {help}");
        }
    }
    let unknown = app.command(&["dcotor"], &[], "").await;
    assert_eq!(unknown.code, 2, "{unknown:?}");
    assert!(unknown.complained.contains("doctor"), "{unknown:?}");
}

/// One that is made while pages are rendered takes seconds. A SQLite file is opened at once.
async fn connections_are_made_before_anybody_waits_for_them(database: Database) {
    let app = TestApp::start(database).await;
    let program = app.program().await;
    let states = ["idle", "in_use", "limit"].map(|state| format!("streamit_database_connections{{state=\"{state}\"}}"));
    let [idle, in_use, limit] = gauges(program.address(), states.each_ref().map(String::as_str)).await;
    match database {
        Database::Postgres => assert_eq!(idle + in_use, limit),
        Database::Sqlite => assert!(idle + in_use > 0),
    }
}

/// The words in a text that are names of ours.
fn names_in(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
    words.filter(|word| word.starts_with("STREAMIT_") && word.len() > "STREAMIT_".len()).collect()
}

/// How variables of the scripts begin, as `config.rs` lists them.
fn of_scripts(config: &str) -> BTreeSet<&str> {
    let list = config.split("const OF_SCRIPTS").nth(1).and_then(|rest| rest.split("];").next());
    names_in(list.unwrap())
}

#[test]
fn every_setting_is_known_by_name_and_explained() {
    let readme = read("README.md");
    let table: String = readme.lines().filter(|line| line.starts_with("| `")).collect();
    let known = BTreeSet::from(NAMES);
    assert_eq!(names_in(&table), known, "the table of README.md");
    let config = read("src/server/config.rs");
    let shipped = config.split("#[cfg(test)]").next().unwrap();
    let others = of_scripts(shipped);
    let used: BTreeSet<&str> = names_in(shipped).into_iter().filter(|name| !others.contains(name)).collect();
    assert_eq!(used, known, "config.rs");
}

/// What tests call a setting that somebody misspells.
const MISSPELT: [&str; 2] = ["STREAMIT_ADR", "STREAMIT_AUTOAPPROVE"];

#[test]
fn every_variable_of_the_scripts_is_known_and_used() {
    let folders = [".ci", "benches", "deploy", "end2end", "scripts", "tests"].into_iter().flat_map(files_below);
    let files = folders.chain(["bench", "run", "test"].map(PathBuf::from));
    // What is no text, a picture or a backup, sets nothing.
    let texts: Vec<String> = files.filter_map(|file| std::fs::read_to_string(root().join(file)).ok()).collect();
    let text = texts.join("\n");
    let used = names_in(&text);
    let unknown = unknown_names(used.iter().map(|name| (*name).to_owned())).into_iter();
    assert_eq!(unknown.map(|(name, _)| name).collect::<Vec<_>>(), MISSPELT, "neither a setting nor of the scripts");
    let config = read("src/server/config.rs");
    let is_used = |begin: &&str| used.iter().any(|name| name.starts_with(*begin));
    let unused: Vec<&str> = of_scripts(&config).into_iter().filter(|begin| !is_used(begin)).collect();
    assert!(unused.is_empty(), "in the list of config.rs, and used nowhere: {unused:?}");
}
