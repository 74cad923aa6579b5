//! Settings from `.env`, in this folder or in one above it. What stands below a line that cannot be read would be
//! missing, and the program would go on with another database: it does not start then.
//!
//! Which line it is, is told by its name, and nothing of its value, which may be a secret.

use std::{env, fs};

/// Why `.env` is not read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EnvFileError {
    /// A line of that name, where it has one.
    #[error(
        "a line of .env can't be read: {}. A value with a space, a #, a quote or a $ in it goes between single \
         quotes, NAME='a value', and a line ends with its value. Nothing was started.",
        .0.as_deref().map_or_else(|| "one without a NAME=".to_owned(), |name| format!("{name}=…"))
    )]
    Line(Option<String>),
    /// The file itself.
    #[error("the file .env can't be read: {0}")]
    File(String),
}

/// Sets what is not set already. A file that is not there is fine.
///
/// # Errors
/// When the file, or a line of it, cannot be read.
pub fn read() -> Result<(), EnvFileError> {
    match dotenvy::dotenv() {
        // Nothing but white space after the last line.
        Err(dotenvy::Error::LineParse(refused, _)) if refused.trim().is_empty() => Ok(()),
        Err(dotenvy::Error::LineParse(refused, _)) => Err(EnvFileError::Line(name_of(&text(), &refused))),
        Err(error) if !error.not_found() => Err(EnvFileError::File(error.to_string())),
        _ => Ok(()),
    }
}

/// All of the file.
fn text() -> String {
    let here = env::current_dir().unwrap_or_default();
    here.ancestors().find_map(|folder| fs::read_to_string(folder.join(".env")).ok()).unwrap_or_default()
}

/// The name of the line whose value, or all of it, is `refused`: what the parser gives back has no comment, and goes on
/// to the end of the file where a quote is left open.
fn name_of(file: &str, refused: &str) -> Option<String> {
    let refused = refused.trim_start().lines().next()?.trim_end();
    let is_refused = |part: &str| {
        let rest = part.trim().strip_prefix(refused);
        rest.is_some_and(|rest| rest.is_empty() || rest.trim_start().starts_with('#'))
    };
    let lines = file.lines().map(|line| line.split_once('=').unwrap_or((line, "")));
    let mut lines = lines.filter(|(name, value)| is_refused(value) || is_refused(&format!("{name}={value}")));
    let (name, _) = lines.next()?;
    let name = name.trim().trim_start_matches("export ").trim();
    // What else stands before a sign of equality may be a piece of a secret.
    let is_name = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    is_name.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the program reads a file.
    fn read_text(text: &str) -> Option<EnvFileError> {
        let refused = dotenvy::from_read_iter(text.as_bytes()).find_map(Result::err)?;
        match refused {
            dotenvy::Error::LineParse(refused, _) => Some(EnvFileError::Line(name_of(text, &refused))),
            other => Some(EnvFileError::File(other.to_string())),
        }
    }

    #[test]
    fn the_line_that_cannot_be_read_is_named() {
        let mail = || Some(EnvFileError::Line(Some("STREAMIT_MAIL_FROM".into())));
        for line in [
            "STREAMIT_MAIL_FROM=StreamIt <a@example.org>",
            "export STREAMIT_MAIL_FROM = StreamIt <a@example.org>",
            "STREAMIT_MAIL_FROM=StreamIt <a@example.org> # who sends",
            "STREAMIT_MAIL_FROM=Ann's stream",
            "STREAMIT_MAIL_FROM=\"StreamIt",
        ] {
            let file = format!("# STREAMIT_MAIL_FROM=StreamIt\nSTREAMIT_DATA_DIR=./data\n{line}\nDATABASE_URL=x\n");
            assert_eq!(read_text(&file), mail(), "{line}");
        }
        assert_eq!(read_text("A='b c' # d\n\n  \nB=c#d\n"), None);
    }

    #[test]
    fn nothing_of_a_value_is_told() {
        // The second line of a secret that was wrapped, and a word that ends a value elsewhere.
        for line in ["9fKqAAAAAAAAAAAAAAAAZw==", "9FKQ=", "data", "a b=c", "A B"] {
            let file = format!("STREAMIT_SECRET=AAAA\nSTREAMIT_DATA_DIR=./data\n{line}\n");
            assert_eq!(read_text(&file), Some(EnvFileError::Line(None)), "{line}");
        }
        let told = EnvFileError::Line(None).to_string();
        assert!(told.contains("one without a NAME=") && told.contains("single quotes"), "{told}");
    }
}
