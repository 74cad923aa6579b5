//! What ARCHITECTURE.md and CONTRIBUTING.md name is there: files, folders, tests, and names of the code. Looked up is
//! what stands between back-ticks. In commands and pieces of code only words with an underscore are names; addresses
//! are left to the tests of the API. And every file of the server has its place on the map, and every icon its use.

use std::{collections::BTreeSet, fs, path::Path};

use crate::support::repository::{Tests, files_below, read, root, text_below};

/// Documents that tell where something is.
const DOCUMENTS: [&str; 2] = ["ARCHITECTURE.md", "CONTRIBUTING.md"];
/// Named, and in no clone: a build makes the one, a run that fails the other.
const MADE: [&str; 2] = ["vendor", "end2end/results/logs"];
/// What the name of a file ends in.
const ENDINGS: [&str; 13] =
    ["css", "example", "js", "json", "md", "mjs", "rs", "service", "sh", "sql", "toml", "ts", "yaml"];

/// What there is to be named.
struct Repository {
    /// Files and folders, as in `/src/domain/chat.rs`.
    paths: BTreeSet<String>,
    /// All words of all files but documents, and but lists of what others made.
    words: BTreeSet<String>,
}

impl Repository {
    fn read() -> Self {
        let (mut paths, mut words) = (BTreeSet::new(), BTreeSet::new());
        for file in files_below("") {
            let parts = file.ancestors().filter(|path| !path.as_os_str().is_empty());
            paths.extend(parts.map(|path| format!("/{}", path.display())));
            let is_list = file.extension().is_some_and(|ending| ending == "lock" || ending == "sum")
                || file.ends_with("package-lock.json");
            let is_document = file.extension().is_some_and(|ending| ending == "md");
            // What is no text, a picture, holds no name.
            if let Ok(text) = fs::read_to_string(root().join(&file))
                && !is_list
                && !is_document
            {
                words.extend(words_of(&text).map(str::to_owned));
            }
        }
        assert!(paths.len() > 300 && words.len() > 3_000, "{} paths, {} words", paths.len(), words.len());
        Self { paths, words }
    }

    /// Whether there is such a file or folder, somewhere.
    fn has(&self, path: &str) -> bool {
        let end = format!("/{path}");
        self.paths.iter().any(|known| known.ends_with(&end))
    }

    /// What of that which stands between two back-ticks is not there.
    fn lacks(&self, name: &str) -> Vec<String> {
        let path = path_in(name);
        let rest = path.map_or_else(|| name.to_owned(), |path| name.replacen(path, " ", 1));
        let path = path.filter(|path| !MADE.contains(path) && !self.has(path));
        // A name alone, or one that leads to another: all of its words are names.
        let is_name = rest.trim().chars().all(|c| c.is_ascii_alphanumeric() || "_:.!".contains(c));
        let is_word = |word: &&str| {
            let is_part = word.starts_with(|c: char| c == '_' || c.is_ascii_digit()) || word.ends_with('_');
            !is_part && (is_name || word.contains('_'))
        };
        let words = words_of(&rest).filter(is_word).filter(|word| !self.words.contains(*word));
        path.into_iter().chain(words).map(str::to_owned).collect()
    }
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// The file or folder that it names or begins with: `domain/chat.rs`, `style/`, `routes/sse.rs::follow`, `./test lint`.
fn path_in(name: &str) -> Option<&str> {
    let first = name.split_whitespace().next()?;
    if first != name && !first.starts_with("./") {
        return None;
    }
    let path = first.split("::").next()?.trim_start_matches("./").trim_end_matches('/');
    let is_path = path.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c)) && !path.starts_with('/');
    let has_ending = Path::new(path).extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
    (is_path && !path.is_empty() && (first.contains('/') || has_ending)).then_some(path)
}

/// What stands between back-ticks, but not what is set off as code.
fn names_in(text: &str) -> Vec<&str> {
    let mut is_code = false;
    let mut names = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            assert!(line.matches('`').count().is_multiple_of(2), "a back-tick has no other: {line}");
            names.extend(line.split('`').skip(1).step_by(2));
        }
    }
    names
}

#[test]
fn whatever_the_documents_name_is_there() {
    let repository = Repository::read();
    let mut missing = Vec::new();
    for document in DOCUMENTS {
        let text = read(document);
        let names = names_in(&text);
        assert!(names.len() > 100, "{document}: only {} names were found", names.len());
        missing.extend(names.iter().flat_map(|name| repository.lacks(name)).map(|name| format!("{document}: {name}")));
    }
    assert!(missing.is_empty(), "named, and not there: {missing:#?}");
}

/// A part of ARCHITECTURE.md, by its heading.
fn part<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("\n## {heading}\n")).expect("a part of that heading");
    rest.split_once("\n## ").expect("a part after it").0
}

#[test]
fn every_file_of_the_server_is_on_the_map() {
    let text = read("ARCHITECTURE.md");
    let folder = Path::new("src/server");
    let named: BTreeSet<&str> =
        names_in(part(&text, "Map")).into_iter().map(|name| name.trim_start_matches("src/server/")).collect();
    let files = files_below("src/server").into_iter().filter(|file| file.parent() == Some(folder));
    let names: Vec<String> = files.filter_map(|file| Some(file.file_name()?.to_str()?.to_owned())).collect();
    assert!(names.len() > 15, "only {} files were found", names.len());
    let missing: Vec<&String> =
        names.iter().filter(|name| *name != "mod.rs" && !named.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "not on the map: {missing:?}");
}

#[test]
fn every_test_that_holds_an_invariant_is_there() {
    let tests = Tests::read();
    let text = read("ARCHITECTURE.md");
    let invariants = part(&text, "Invariants");
    let rows: Vec<&str> = invariants.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
    assert!(rows.len() > 30, "only {} rows were found", rows.len());
    let held_by = rows.iter().filter_map(|row| row.trim_end_matches(" |").rsplit(" | ").next());
    let names = held_by.flat_map(names_in);
    let is_test = |name: &&str| name.contains(['_', ' ']) && !name.contains(['/', '=', '!']);
    let missing: Vec<&str> = names.filter(is_test).filter(|name| !tests.has(name)).collect();
    assert!(missing.is_empty(), "no test is called so: {missing:#?}");
}

/// The sprite goes out with every page.
#[test]
fn the_sprite_holds_the_icons_that_are_drawn_and_no_others() {
    let (list, source) = (read("scripts/assets/icons.txt"), text_below("src", ".rs"));
    let icons: BTreeSet<&str> = list.lines().collect();
    let unused: Vec<_> = icons.iter().filter(|icon| !source.contains(&format!("\"{icon}\""))).collect();
    assert!(unused.is_empty(), "drawn nowhere: {unused:?}");
    let drawn = ["<Icon name=\"", " icon=\""].into_iter().flat_map(|before| source.split(before).skip(1));
    let missing: BTreeSet<_> =
        drawn.filter_map(|rest| rest.split('"').next()).filter(|icon| !icons.contains(icon)).collect();
    assert!(missing.is_empty(), "not in the sprite: {missing:?}");
}

#[test]
fn what_is_not_there_is_noticed() {
    let repository = Repository::read();
    // Put together here: written out, they would be words of a file.
    let [word, function] = ["Nothing", "nothing_of"].map(|begin| format!("{begin}{}", "ThatName"));
    for (name, missing) in [
        (format!("domain/{word}.rs"), format!("domain/{word}.rs")),
        (format!("{word}.rs"), format!("{word}.rs")),
        (format!("src/{word}/"), format!("src/{word}")),
        (format!("./{word} lint"), word.clone()),
        (format!("domain/chat.rs::{function}"), function.clone()),
        (format!("services::chat::{function}"), function.clone()),
        (word.clone(), word.clone()),
        (format!("app.{function}(\"dora\")"), function.clone()),
    ] {
        assert_eq!(repository.lacks(&name), [missing], "{name}");
    }
    for name in ["domain/chat.rs", "src/domain", "style/", "./test lint", "services::chat::send", "_ms", "/api/x"] {
        assert!(repository.lacks(name).is_empty(), "{name}");
    }
}
