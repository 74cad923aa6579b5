//! The files that browsers get, on a made-up site: what they are called, how long they are kept, what a page names
//! before any of the program runs, and what becomes of a page that lacks them. That a real page loads nothing else is
//! tested in a browser, in end2end/headers.spec.ts.

use std::fs;

use reqwest::header;
use tempfile::TempDir;

use crate::support::{Answer, Caller, Database, Program, TestApp};

on_both_databases![
    a_file_that_is_named_by_what_is_in_it_is_kept_for_a_year,
    who_asks_by_the_name_of_another_build_gets_the_file_of_this_one,
    what_a_page_loads_first_is_named_in_its_head,
    the_player_is_named_ahead_where_there_is_something_to_play,
    a_file_that_is_not_there_is_said_at_the_start,
];

const FONT: &str = "/vendor/inter-latin.0123456789abcdef.woff2";
const PLAYER: &str = "/vendor/livekit-client.-_23456789abcdef.js";
const LIST: &str = "vendor/inter-latin.woff2: 0123456789abcdef\nvendor/livekit-client.js: -_23456789abcdef\n\
                    vendor/icons.svg: 0123456789abcdef\njs: 0123456789abcdef\nwasm: 0123456789abcdef\n";

/// A folder as scripts/build.sh makes it: a list, and files that are no more than their names.
fn site(list: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("site/vendor/licenses")).expect("a folder");
    fs::write(folder.path().join("hash.txt"), list).expect("writes");
    let symbol = r#"<svg><symbol id="x"></symbol></svg>"#;
    let files = [(FONT, "font"), (PLAYER, "player"), ("/vendor/icons.0123456789abcdef.svg", symbol)];
    for (file, text) in files.into_iter().chain([("/vendor/licenses/inter.txt", "free")]) {
        fs::write(folder.path().join(format!("site{file}")), text).expect("writes");
    }
    folder
}

/// The program with that site.
async fn program(app: &TestApp, site: &TempDir) -> Program {
    let (root, list) = (site.path().join("site"), site.path().join("hash.txt"));
    app.program_with(&[
        ("LEPTOS_SITE_ROOT", &root.to_string_lossy()),
        ("LEPTOS_OUTPUT_NAME", "streamit"),
        ("LEPTOS_HASH_FILES", "true"),
        ("LEPTOS_HASH_FILE_NAME", &list.to_string_lossy()),
    ])
    .await
}

async fn rule(caller: &Caller, path: &str) -> String {
    let answer = caller.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.header(header::CACHE_CONTROL.as_str()).to_owned()
}

/// What the browser is told to load beside the page.
fn ahead(page: &Answer) -> Vec<&str> {
    page.headers.get_all(header::LINK).iter().map(|link| link.to_str().expect("text")).collect()
}

async fn a_file_that_is_named_by_what_is_in_it_is_kept_for_a_year(database: Database) {
    let app = TestApp::start(database).await;
    let site = site(LIST);
    let program = program(&app, &site).await;
    let guest = program.seen_by(&app.anonymous());
    for file in [FONT, PLAYER] {
        assert_eq!(rule(&guest, file).await, "public, max-age=31536000, immutable", "{file}");
    }
    assert_eq!(rule(&guest, "/vendor/licenses/inter.txt").await, "public, no-cache");
    assert_eq!(rule(&guest, "/").await, "private, no-store");
}

async fn who_asks_by_the_name_of_another_build_gets_the_file_of_this_one(database: Database) {
    let app = TestApp::start(database).await;
    let site = site(LIST);
    let program = program(&app, &site).await;
    let guest = program.seen_by(&app.anonymous());
    for path in ["/vendor/livekit-client.fedcba9876543210.js", "/vendor/livekit-client.js?try=1"] {
        let answer = guest.get(path).await;
        // Under that name, tomorrow it may be another one.
        assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{path}");
        assert_eq!(answer.body, guest.get(PLAYER).await.body, "{path}");
    }
    assert_eq!(guest.get("/vendor/other.fedcba9876543210.js").await.status, 404);
}

async fn what_a_page_loads_first_is_named_in_its_head(database: Database) {
    let app = TestApp::start(database).await;
    let site = site(LIST);
    let program = program(&app, &site).await;
    let page = program.seen_by(&app.anonymous()).get("/").await.body;
    let (head, body) = page.split_once("</head>").expect("a head");
    assert_eq!(head.matches(FONT).count(), 1, "{head}");
    assert!(!page.contains(PLAYER), "{page}");
    assert!(body.contains(r#"<symbol id="icon-x">"#), "{body}");
}

async fn the_player_is_named_ahead_where_there_is_something_to_play(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let site = site(LIST);
    let program = program(&app, &site).await;
    let guest = program.seen_by(&app.anonymous());
    let page = guest.get("/watch/carl").await;
    assert!(ahead(&page).is_empty() && !page.body.contains("livekit-client"), "{page:?}");
    app.encoder_connects(&carl.make_key().await).await;
    let page = guest.get("/watch/carl").await;
    let link = format!("<{PLAYER}>; rel=modulepreload; fetchpriority=low; crossorigin=anonymous");
    assert_eq!(ahead(&page), [link], "{page:?}");
    // Leptos would take a tag that it has not made in the browser for one of its own.
    assert!(!page.body.contains(PLAYER), "{page:?}");
}

async fn a_file_that_is_not_there_is_said_at_the_start(database: Database) {
    let app = TestApp::start(database).await;
    let site = site(&LIST.replace("vendor/icons.svg: 0123456789abcdef\n", ""));
    fs::remove_file(site.path().join(format!("site{PLAYER}"))).expect("a file");
    let program = program(&app, &site).await;
    let line = program.until_logged("what is missing", |line| line.contains("one build beside the program")).await;
    assert!(line.contains("vendor/icons.svg") && line.contains(&PLAYER[1..]) && !line.contains(&FONT[1..]), "{line}");
    // Everything still has its words.
    let page = program.seen_by(&app.anonymous()).get("/").await;
    assert!(page.status == 200 && page.body.contains("</title>"), "{page:?}");
}
