//! What is made before the program is compiled: the module of its texts, from the files in `locales`. A text that one
//! language lacks, or that names other values in one than in another, ends the build.
//!
//! A new migration also rebuilds `sqlx::migrate!`, which reads the folder at compile time.

use std::{env, error::Error, fs, path::Path};

use leptos_i18n_codegen::gen_code;
use leptos_i18n_parser::parse_locales::{
    options::{Config, FileFormat, ParseOptions},
    parse_locales,
};

/// The first one is spoken where nothing else is asked for.
const LANGUAGES: [&str; 2] = ["en", "de"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=locales");
    println!("cargo:rerun-if-changed=build.rs");
    let mut names: Vec<String> = Vec::new();
    for file in fs::read_dir(Path::new("locales").join(LANGUAGES[0]))? {
        names.extend(file?.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    names.sort();
    let options = ParseOptions::new().file_format(FileFormat::Toml).interpolate_display(true);
    let config = Config::new(LANGUAGES[0])?.add_locales(&LANGUAGES[1..])?.add_namespaces(names)?.parse_options(options);
    let texts = parse_locales(None, config)?;
    let faults: Vec<String> = texts.diag.warnings().iter().map(ToString::to_string).collect();
    let errors: Vec<String> = texts.diag.errors().iter().map(ToString::to_string).collect();
    if !(faults.is_empty() && errors.is_empty()) {
        return Err(format!("locales/: {}", [faults, errors].concat().join("\n")).into());
    }
    // Of what is made there, only the texts are used.
    let attributes = "#![allow(clippy::all, clippy::allow_attributes, clippy::expect_used, dead_code, missing_docs)]";
    let module = gen_code(&texts, None, false, Some(&attributes.parse()?), false)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("texts.rs"), module.to_string())?;
    Ok(())
}
