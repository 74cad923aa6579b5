//! The repository as files, for tests that hold it to what it says of itself. What a build makes and what others wrote
//! is not in it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folders that are made, or that somebody else wrote.
const NOT_OURS: [&str; 6] = [".git", "data", "node_modules", "results", "target", "vendor"];

/// Where it is.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below one of its folders, by their paths from the root; below `""` are all there are.
pub fn files_below(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("a folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        let path = Path::new(folder).join(&name);
        // What is linked to is not ours either: packages in the cache.
        let kind = root().join(&path).symlink_metadata().expect("a file").file_type();
        if kind.is_file() {
            found.push(path);
        } else if kind.is_dir() && !NOT_OURS.contains(&name.as_str()) {
            found.extend(files_below(path.to_str().expect("UTF-8")));
        }
    }
    found.sort();
    found
}

/// Those of them whose names end so.
pub fn files_ending(folder: &str, ending: &str) -> Vec<PathBuf> {
    let is_wanted = |path: &PathBuf| path.to_str().is_some_and(|name| name.ends_with(ending));
    files_below(folder).into_iter().filter(is_wanted).collect()
}

/// All text below one of its folders, of files with that ending.
pub fn text_below(folder: &str, ending: &str) -> String {
    files_ending(folder, ending).into_iter().map(read).collect()
}

/// The text of one of its files.
pub fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What all tests are called.
pub struct Tests {
    rust: String,
    specs: String,
}

impl Tests {
    /// Reads them.
    pub fn read() -> Self {
        Self { rust: text_below("tests", ".rs") + &text_below("src", ".rs"), specs: text_below("end2end", ".spec.ts") }
    }

    /// Whether there is one of that name: a function, or a sentence in `end2end/`.
    pub fn has(&self, name: &str) -> bool {
        self.rust.contains(&format!("fn {name}(")) || self.specs.contains(&format!("test('{name}'"))
    }
}
