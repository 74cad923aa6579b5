//! What is made before the program is compiled: the module of its texts, from the files in `locales`. A text that one
//! language lacks, or has alone, ends the build. That all name the same values in it, `tests/languages.rs` says.
//!
//! A new migration also rebuilds `sqlx::migrate!`, which reads the folder at compile time.

use std::{env, error::Error, fs, io, path::Path};

use leptos_i18n_codegen::gen_code;
use leptos_i18n_parser::parse_locales::{
    options::{Config, FileFormat, ParseOptions},
    parse_locales,
};

/// The folders of `locales`. The first language is spoken where nothing else is asked for.
const LANGUAGES: [&str; 2] = ["en", "de"];

fn main() -> Result<(), Box<dyn Error>> {
    for what in ["migrations", "locales", "build.rs"] {
        println!("cargo:rerun-if-changed={what}");
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("texts.rs"), module_of_texts()?)?;
    Ok(())
}

fn module_of_texts() -> Result<String, Box<dyn Error>> {
    let options = ParseOptions::new().file_format(FileFormat::Toml).interpolate_display(true);
    let config = Config::new(LANGUAGES[0])?.add_locales(&LANGUAGES[1..])?;
    let config = config.add_namespaces(parts_of_the_house()?)?.parse_options(options);
    let texts = parse_locales(None, config)?;
    let warnings: Vec<String> = texts.diag.warnings().iter().map(ToString::to_string).collect();
    let errors: Vec<String> = texts.diag.errors().iter().map(ToString::to_string).collect();
    let faults = [warnings, errors].concat();
    if !faults.is_empty() {
        return Err(format!("locales/: {}", faults.join("\n")).into());
    }
    // Of what is made there, only the texts are used.
    let attributes = "#![allow(clippy::all, clippy::allow_attributes, clippy::expect_used, dead_code, missing_docs, unused_imports)]";
    let module = gen_code(&texts, None, false, Some(&attributes.parse()?), false)?;
    Ok(module.to_string())
}

/// Each has a file in the folder of every language.
fn parts_of_the_house() -> io::Result<Vec<String>> {
    let mut parts = Vec::new();
    for file in fs::read_dir(Path::new("locales").join(LANGUAGES[0]))? {
        parts.extend(file?.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    parts.sort();
    Ok(parts)
}
