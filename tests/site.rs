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
    what_every_page_needs_is_named_before_anything_else,
    the_player_is_named_ahead_where_there_is_something_to_play,
    a_file_that_is_not_there_is_said_at_the_start,
];

const FONT: &str = "/vendor/inter-latin.0123456789abcdef.woff2";
const PLAYER: &str = "/vendor/livekit-client.-_23456789abcdef.js";
const LIST: &str = "vendor/inter-latin.woff2: 0123456789abcdef\nvendor/livekit-client.js: -_23456789abcdef\n\
                    vendor/icons.svg: 0123456789abcdef\ncss: 1123456789abcdef\njs: 2123456789abcdef\n\
                    wasm: 3123456789abcdef\n";

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

async fn what_every_page_needs_is_named_before_anything_else(database: Database) {
    let app = TestApp::start(database).await;
    let site = site(LIST);
    let program = program(&app, &site).await;
    let page = program.seen_by(&app.anonymous()).get("/").await;
    let first = [
        "</pkg/streamit.1123456789abcdef.css>; rel=preload; as=style",
        "</pkg/streamit.2123456789abcdef.js>; rel=modulepreload; crossorigin=anonymous",
        "</pkg/streamit.3123456789abcdef.wasm>; rel=preload; as=fetch; crossorigin=anonymous",
        &format!("<{FONT}>; rel=preload; as=font; type=font/woff2; crossorigin=anonymous"),
    ];
    assert_eq!(ahead(&page), first);
    let page = page.body;
    let (head, body) = page.split_once("</head>").expect("a head");
    assert!(!head.contains(FONT) && !page.contains(PLAYER), "{page}");
    assert!(body.contains(r#"<symbol id="icon-x">"#), "{body}");
    // Only a document is followed by all that.
    let answer = program.seen_by(&app.anonymous()).get("/api/channels").await;
    assert!(ahead(&answer).is_empty(), "{answer:?}");
}

async fn the_player_is_named_ahead_where_there_is_something_to_play(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let site = site(LIST);
    let program = program(&app, &site).await;
    let guest = program.seen_by(&app.anonymous());
    let without = guest.get("/watch/carl").await;
    assert!(!without.body.contains("livekit-client"), "{without:?}");
    app.encoder_connects(&carl.make_key().await).await;
    let with = guest.get("/watch/carl").await;
    let link = format!("<{PLAYER}>; rel=modulepreload; fetchpriority=low; crossorigin=anonymous");
    assert_eq!(ahead(&with), [ahead(&without), vec![&*link]].concat(), "{with:?}");
    // Leptos would take a tag that it has not made in the browser for one of its own.
    assert!(!with.body.contains(PLAYER), "{with:?}");
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
