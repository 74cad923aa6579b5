//! The language in which somebody is answered: who decides it, and that all of an answer is in it. What a page says is
//! looked for in `locales`. That no language lacks a text is not tested here: without one, `build.rs` ends the build.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use reqwest::{Method, header};
use serde_json::json;
use streamit::language::{self, Locale as _};

use crate::{
    security::PAGES,
    support::{
        Answer, Caller, Database, TestApp,
        repository::{files_below, read, text_below},
    },
};

on_both_databases![
    every_page_is_in_the_language_that_is_asked_for,
    a_refusal_is_in_the_language_that_is_asked_for,
    a_form_chooses_a_language_and_leads_back,
    what_was_chosen_goes_before_what_the_browser_asks_for,
    a_language_that_is_not_spoken_is_refused_with_those_that_are,
    the_cookie_of_a_language_is_as_tight_as_the_others,
];

/// The address of a link to a new password that is whole, and was never sent to anybody.
const RESET: &str = "/reset?token=streamit-reset-0000000000000000000000000000000000000000000";

/// The texts of a language, by file and key.
fn texts(language: &str) -> BTreeMap<String, String> {
    let of_file = |file: PathBuf| {
        let name = file.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let texts: BTreeMap<String, String> =
            toml::from_str(&read(&file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        texts.into_iter().map(move |(key, text)| (format!("{name}.{key}"), text))
    };
    files_below(&format!("locales/{language}")).into_iter().flat_map(of_file).collect()
}

/// A text, and what it is called whatever number it is for.
fn without_number(key: &str) -> &str {
    let forms = ["_zero", "_one", "_two", "_few", "_many", "_other"];
    forms.iter().find_map(|form| key.strip_suffix(form)).unwrap_or(key)
}

/// The names of the values in a text.
fn values_in(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()).map(str::trim)
}

#[test]
fn a_text_names_the_same_values_in_every_language() {
    let values = |language: &str| {
        let mut values = BTreeMap::<String, BTreeSet<String>>::new();
        for (key, text) in texts(language) {
            let named = values.entry(without_number(&key).to_owned()).or_default();
            named.extend(values_in(&text).map(str::to_owned));
        }
        values
    };
    let first = values(language::all()[0].as_str());
    assert!(first.len() > 300, "only {} texts were found", first.len());
    for language in language::all() {
        let others = values(language.as_str());
        let differs = |(key, named): &(&String, &BTreeSet<String>)| others.get(*key) != Some(*named);
        let different: Vec<_> = first.iter().filter(differs).collect();
        assert!(different.is_empty(), "{language}: {different:#?}");
    }
}

#[test]
fn every_text_is_said_somewhere() {
    let source = text_below("src", ".rs");
    let names: BTreeSet<&str> = source.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).collect();
    let texts = texts(language::all()[0].as_str());
    let unsaid: Vec<&str> = texts.keys().map(|key| without_number(key)).filter(|key| !names.contains(key)).collect();
    assert!(unsaid.is_empty(), "no part of the program says {unsaid:#?}");
}

/// What a page tells people, piece by piece: text, and attributes that hold some.
fn said_on(page: &str) -> BTreeSet<String> {
    let readable = |text: &str| {
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        text.replace("&#x27;", "'").replace("&amp;", "&")
    };
    let mut said = BTreeSet::new();
    let (before, scripts) = page.split_once("<script").unwrap_or((page, ""));
    let after_scripts = scripts.split("<script").filter_map(|script| script.split_once("</script>"));
    for part in [before].into_iter().chain(after_scripts.map(|(_, after)| after)) {
        for (tag, text) in part.split('<').filter_map(|piece| piece.split_once('>')) {
            said.insert(readable(text));
            for name in ["aria-label", "alt", "content", "placeholder", "title"] {
                let value = tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split('"').next());
                said.extend(value.map(readable));
            }
        }
    }
    said
}

async fn ask(caller: &Caller, path: &str, accepted: &str) -> Answer {
    Answer::to(caller.request(Method::GET, path).header(header::ACCEPT_LANGUAGE, accepted)).await
}

/// What a page is written in, by its own word.
fn language_of(page: &Answer) -> &str {
    let rest = page.body.split("<html lang=\"").nth(1).unwrap_or_else(|| panic!("no language: {page:?}"));
    rest.split('"').next().expect("a language")
}

async fn every_page_is_in_the_language_that_is_asked_for(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl, guest) = (app.first_user().await, app.creator("carl").await, app.anonymous());
    app.encoder_connects(&carl.make_key().await).await;
    let program = app.program().await;
    let (english, german) = (texts("en"), texts("de"));
    let german_words: BTreeSet<&str> = german.values().map(String::as_str).collect();
    // A language has its own name everywhere.
    // A sentence may begin with what the other language has at its end.
    let is_another = |(key, text): &(&String, &String)| {
        german.get(*key) != Some(*text) && !text.is_empty() && *key != "language.self_name"
    };
    let keys: Vec<&String> = english.iter().filter(is_another).map(|(key, _)| key).collect();
    let of_guests = ["/login", "/signup", "/forgot", "/reset?token=none", RESET].map(|path| (path, &guest));
    let of_admins = ["/admin", "/admin/audit"].map(|path| (path, &ann));
    let pages = PAGES.map(|path| (path, &carl)).into_iter().chain(of_guests).chain(of_admins);
    let mut found = BTreeMap::new();
    for (path, who) in pages {
        let page = ask(&program.seen_by(who), path, "de-AT,de;q=0.9,en;q=0.8").await;
        assert_eq!((language_of(&page), page.header("content-language")), ("de", "de"), "{path}");
        assert_eq!(page.header("cache-control"), "private, no-store", "{path}");
        let said = said_on(&page.body);
        let in_english = keys.iter().map(|key| english[*key].as_str()).filter(|text| said.contains(*text));
        let left: Vec<&str> = in_english.filter(|text| !german_words.contains(text)).collect();
        assert!(left.is_empty(), "{path} says in English: {left:#?}");
        let of_page: BTreeSet<&String> = keys.iter().copied().filter(|key| said.contains(&german[*key])).collect();
        found.insert(path, of_page);
    }
    let of_all = found.values().cloned().reduce(|all, page| &all & &page).expect("pages");
    for (path, of_page) in &found {
        assert!(of_page.len() > of_all.len(), "{path} says nothing of its own: {of_page:?}");
    }
}

async fn a_refusal_is_in_the_language_that_is_asked_for(database: Database) {
    let app = TestApp::start(database).await;
    let guest = app.anonymous();
    let message_in = async |accepted: &str| {
        let answer = ask(&guest, "/api/auth/me", accepted).await;
        let language = answer.header("content-language").to_owned();
        (language, answer.refused(401, "NOT_SIGNED_IN")["message"].as_str().expect("a sentence").to_owned())
    };
    assert_eq!(message_in("fr").await, ("en".to_owned(), "Sign in first.".to_owned()));
    let (language, message) = message_in("de").await;
    assert_eq!(language, "de");
    assert!(texts("de").values().any(|text| *text == message), "{message}");
    // So is what is wrong with a field.
    let reason_in = async |accepted: &str| {
        let account = json!({ "username": "a b", "email": "ann@example.org", "password": "0123456789" });
        let request = guest.request(Method::POST, "/api/auth/signup").header(header::ACCEPT_LANGUAGE, accepted);
        let error = Answer::to(request.json(&account)).await.refused(422, "INVALID");
        error["fields"]["username"].as_str().expect("a sentence").to_owned()
    };
    assert_ne!(reason_in("de").await, reason_in("en").await);
}

async fn a_form_chooses_a_language_and_leads_back(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, guest) = (app.first_user().await, app.anonymous());
    let program = app.program().await;
    for (who, page) in [
        (&guest, "/signup?next=%2Fapply"),
        (&guest, "/watch/ann"),
        (&ann, "/account"),
        // In the menu of the account.
        (&ann, "/dashboard/streams"),
    ] {
        let who = program.seen_by(who);
        let answer = who.post_form("/api/language", page, &[("language", "de")]).await;
        assert_eq!(answer.status, 302, "{answer:?}");
        assert!(answer.header("location").trim_end_matches('?').ends_with(page), "{answer:?}");
        let chosen = answer.cookie("language").expect("the cookie");
        let cookies = [who.credential(), &chosen].join("; ");
        let german = who.with_cookie(&cookies).get(page).await;
        assert_eq!((german.status, language_of(&german)), (200, "de"), "{page}");
        assert!(german.body.contains("action=\"/api/language\""), "{page} has the choice itself");
    }
}

async fn what_was_chosen_goes_before_what_the_browser_asks_for(database: Database) {
    let app = TestApp::start(database).await;
    let program = app.program().await;
    let guest = program.seen_by(&app.anonymous());
    for (cookie, accepted, language) in [
        ("streamit_language=en", "de", "en"),
        ("streamit_language=de", "en", "de"),
        ("streamit_language=de", "", "de"),
        // What nobody could have chosen is no choice.
        ("streamit_language=xx", "de", "de"),
        ("streamit_language=", "de", "de"),
        ("streamit_language=../../en", "de", "de"),
        ("language=en", "de", "de"),
    ] {
        let page = ask(&guest.with_cookie(cookie), "/", accepted).await;
        assert_eq!(language_of(&page), language, "{cookie} and {accepted}");
    }
}

async fn a_language_that_is_not_spoken_is_refused_with_those_that_are(database: Database) {
    let app = TestApp::start(database).await;
    let known: Vec<&str> = language::all().iter().map(|language| language.as_str()).collect();
    for unknown in ["xx", "", "DE", "de-AT", "English"] {
        let answer = app.anonymous().post("/api/language", json!({ "language": unknown })).await;
        assert_eq!(answer.cookie("language"), None, "{unknown}");
        let error = answer.refused(422, "INVALID");
        let reason = error["fields"]["language"].as_str().expect("a sentence");
        assert!(reason.contains(&known.join(", ")), "{reason}");
    }
}

async fn the_cookie_of_a_language_is_as_tight_as_the_others(database: Database) {
    for (base, cookie, is_secure) in
        [("https://live.example.org", "__Host-streamit_language=de", true), ("", "streamit_language=de", false)]
    {
        let app = TestApp::with(database, &[("STREAMIT_BASE_URL", base)]).await;
        let answer = app.anonymous().post("/api/language", json!({ "language": "de" })).await;
        let line = answer.set_cookie("language").expect("a cookie");
        assert!(line.starts_with(cookie), "{line}");
        for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=31536000"] {
            assert!(line.contains(attribute), "{line}");
        }
        assert_eq!(line.contains("; Secure"), is_secure, "{line}");
    }
}

/// What names a side all the same, and why. Each is turned round under `[dir="rtl"]`.
const ON_ONE_SIDE: [(&str, &str); 3] = [
    ("transform: translateX(16px)", "a switch that is on has no logical way to go"),
    ("text-align: left", "text of either direction stands in one column"),
    ("padding: 0 var(--space-3) 0 var(--beside-icon)", "the icon of the search is beside text of either direction"),
];

/// Whether a declaration names a side of the screen, where it should name the beginning or the end of a line.
fn names_a_side(name: &str, value: &str) -> bool {
    // A notch is where it is.
    let value = value.replace("safe-area-inset-left", "").replace("safe-area-inset-right", "");
    let words = |text: &str| text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
    let mut words = [words(name), words(&value)].concat().into_iter();
    words.any(|word| ["left", "right", "translateX"].contains(&word.as_str())) || is_lopsided(name, &value)
}

/// Whether a shorthand that goes around a box has more on one side.
fn is_lopsided(name: &str, value: &str) -> bool {
    let mut depth = 0;
    let parts = value.split(|c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c.is_whitespace() && depth == 0
    });
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let is_around = ["margin", "padding", "inset", "border-width", "border-style", "border-color"].contains(&name);
    match parts[..] {
        // From the top, clockwise.
        [_, right, _, left] if is_around || name.starts_with("scroll-") => right != left,
        // From the corner at the top left, clockwise.
        [first, second, third, fourth] if name == "border-radius" => first != second || third != fourth,
        [first, second] | [first, second, _] if name == "border-radius" => first != second,
        _ => false,
    }
}

/// The declarations of a stylesheet, but those for languages that run from right to left.
fn declarations(css: &str) -> Vec<(String, String)> {
    let rest = css.split("/*").map(|part| part.split_once("*/").map_or(part, |(_, rest)| rest));
    let (mut open, mut found, mut text) = (Vec::new(), Vec::new(), String::new());
    for c in rest.collect::<String>().chars() {
        match c {
            '{' => open.push(std::mem::take(&mut text)),
            ';' | '}' => {
                let declaration = std::mem::take(&mut text);
                let is_for_rtl = open.iter().any(|rule: &String| rule.contains("[dir=\"rtl\"]"));
                if let Some((name, value)) = declaration.split_once(':').filter(|_| !is_for_rtl) {
                    found.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                if c == '}' {
                    open.pop();
                }
            }
            c => text.push(c),
        }
    }
    found
}

#[test]
fn no_style_names_a_side_of_the_screen() {
    let (mut wrong, mut excused) = (Vec::new(), BTreeSet::new());
    for file in files_below("style") {
        let declarations = declarations(&read(&file));
        for (name, value) in declarations.iter().filter(|(name, value)| names_a_side(name, value)) {
            let declaration = format!("{name}: {value}");
            if ON_ONE_SIDE.iter().any(|(known, _)| *known == declaration) {
                excused.insert(declaration);
            } else {
                wrong.push(format!("{}: {declaration}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(excused.len(), ON_ONE_SIDE.len(), "what is excused, is there: {excused:?}");
}

#[test]
fn a_side_that_a_style_names_is_seen() {
    let found = |css: &str| declarations(css).iter().filter(|(name, value)| names_a_side(name, value)).count();
    for bad in [
        "a { margin-left: 1px; }",
        "a { b { right: 0 } }",
        "a { text-align: right }",
        "a { padding: 0 1px 0 calc(1px + 2px); }",
        "a { border-radius: 1px 0 0 1px; }",
        "a { background: linear-gradient(to left, red, blue); }",
        "a:hover { border-top-left-radius: 0; }",
    ] {
        assert_eq!(found(bad), 1, "{bad}");
    }
    for good in [
        "a { margin: 1px calc(1px + 2px) 0 calc(1px + 2px); padding: 0 1px; }",
        "/* left: 0; */ a { inset-inline-start: 0; }",
        "a { border-radius: 1px 1px 0 0; }",
        "[dir=\"rtl\"] a { text-align: right; }",
        "a { b { [dir=\"rtl\"] & { left: 0 } } }",
        "a { padding-inline: max(1px, env(safe-area-inset-left)); }",
        "@import \"./left.css\" layer(pages);",
    ] {
        assert_eq!(found(good), 0, "{good}");
    }
}
