//! What is made before the program is compiled: the module of its texts, from the files in `locales`. A text that one
//! language lacks, or has alone, ends the build. That all name the same values in it, `tests/languages.rs` says.
//!
//! A new migration also rebuilds `sqlx::migrate!`, which reads the folder at compile time. Another clone rebuilds all of
//! ours: for cargo it is the same crate in one target folder, and whichever was built last would do for both.

use std::{env, error::Error, fs, io, path::Path};

use leptos_i18n_codegen::gen_code;
use leptos_i18n_parser::parse_locales::{
    options::{Config, FileFormat, ParseOptions},
    parse_locales,
};

/// The folders of `locales`. The first language is spoken where nothing else is asked for.
const LANGUAGES: [&str; 2] = ["en", "de"];

fn main() -> Result<(), Box<dyn Error>> {
    if env::var_os("CARGO_CFG_ERASE_COMPONENTS").is_none() {
        return Err(
            "`--cfg erase_components` of .cargo/config.toml is missing: RUSTFLAGS, or rustflags for one target, \
                    take its place. Add it there, for the server and for the browser."
                .into(),
        );
    }
    for what in ["migrations", "locales", "build.rs"] {
        println!("cargo:rerun-if-changed={what}");
    }
    println!("cargo:rerun-if-env-changed=STREAMIT_CLONE");
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
    let module = gen_code(&texts, None, false, Some(&attributes.parse()?), false)?.to_string();
    if env::var_os("CARGO_FEATURE_HYDRATE").is_some() { with_plurals_of_browser(module) } else { Ok(module) }
}

/// The browser has the rules by which a count chooses its text: `src/language/plurals.rs` asks it for them, and what
/// leptos_i18n would bring to every visitor instead stays out.
fn with_plurals_of_browser(mut module: String) -> Result<String, Box<dyn Error>> {
    const OURS: &str = "crate :: language :: plurals";
    for (theirs, ours) in [
        ("l_i18n_crate :: reexports :: icu :: plurals", OURS.to_owned()),
        ("l_i18n_crate :: __private :: get_plural_rules", format!("{OURS} :: get_plural_rules")),
        ("l_i18n_crate :: __private :: InterpolatePluralCount", format!("{OURS} :: InterpolatePluralCount")),
    ] {
        if !module.contains(theirs) {
            return Err(
                format!("the texts name no `{theirs}`: leptos_i18n has another name for it, see build.rs").into()
            );
        }
        module = module.replace(theirs, &ours);
    }
    Ok(module)
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
