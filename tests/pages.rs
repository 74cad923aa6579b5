//! Pages as the server sends them: whole, in their own request, however many are asked for at once. What they look
//! like and do is tested in a browser, in end2end/.

use std::{
    collections::BTreeMap,
    io::Read as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use flate2::read::GzDecoder;
use futures::{StreamExt as _, stream};
use reqwest::{Method, header};
use serde_json::json;
use streamit::server::router;

use crate::support::{Answer, Caller, Database, TestApp};

on_both_databases![
    pages_are_rendered_whole_however_many_are_asked_for_at_once,
    pages_come_while_another_server_starts_in_this_process,
    pages_for_everybody_are_sent_compressed_and_nothing_else_is,
    a_page_that_is_not_there_is_404,
    an_address_with_a_nul_is_no_failure_of_ours,
    the_account_page_holds_what_its_forms_open_with,
    what_people_type_is_never_html,
    a_link_to_a_channel_shows_what_is_on,
    the_first_page_has_a_link_preview_too,
    a_list_goes_on_without_scripts,
    who_was_never_live_is_led_there_without_scripts_too,
    where_nobody_has_streamed_everybody_is_led_on,
];

/// Pages, and a part of each that is only there when it was rendered to its end.
const PAGES: [(&str, &str); 7] = [
    ("/", "carl"),
    ("/?search=carl", "carl"),
    ("/watch/carl", "carl"),
    ("/login", "password"),
    ("/dashboard/streams", "Untitled Stream"),
    ("/dashboard/keys", "OBS"),
    ("/account", "Delete account"),
];

async fn look(caller: &Caller, path: &'static str, part: &str) -> (&'static str, String) {
    let request = caller.request(Method::GET, path).timeout(Duration::from_secs(20));
    let outcome = match request.send().await {
        Err(error) => format!("no answer: {error}"),
        Ok(response) => match Answer::read(response).await {
            answer if answer.status != 200 => format!("not 200: {answer:?}"),
            answer if !answer.body.contains(part) => format!("not whole: {}", answer.body),
            answer if !answer.body.contains("</title>") => "without a title".to_owned(),
            _ => "whole".to_owned(),
        },
    };
    (path, outcome)
}

async fn pages_are_rendered_whole_however_many_are_asked_for_at_once(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    app.encoder_connects(&carl.make_key().await).await;
    let program = app.program().await;
    let carl = program.seen_by(&carl);
    let asked = (0..25).flat_map(|_| PAGES);
    let looks = stream::iter(asked.map(|(path, part)| look(&carl, path, part))).buffer_unordered(12);
    let mut count = BTreeMap::<_, usize>::new();
    for outcome in looks.collect::<Vec<_>>().await {
        *count.entry(outcome).or_default() += 1;
    }
    let expected = PAGES.iter().map(|(path, _)| ((*path, "whole".to_owned()), 25)).collect();
    assert_eq!(count, expected);
}

/// Asks as somebody who reads that encoding: gives the one that was answered in, and the body.
async fn read_as(caller: &Caller, path: &str, encoding: &str) -> (String, Vec<u8>) {
    let request = caller.request(Method::GET, path).header(header::ACCEPT_ENCODING, encoding);
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 200, "{path}");
    let encoding = response.headers().get(header::CONTENT_ENCODING);
    let encoding = encoding.map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default();
    (encoding, response.bytes().await.expect("a body").to_vec())
}

async fn pages_come_while_another_server_starts_in_this_process(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let starts = tokio::task::spawn_blocking({
        let is_over = is_over.clone();
        move || {
            while !is_over.load(Ordering::Relaxed) {
                // The part of a start in which Leptos would load nothing.
                router::endpoints();
            }
        }
    });
    let looks: Vec<_> =
        stream::iter((0..20).map(|_| look(&ann, "/account", "Delete account"))).buffered(4).collect().await;
    is_over.store(true, Ordering::Relaxed);
    starts.await.unwrap();
    assert!(looks.iter().all(|(_, outcome)| outcome == "whole"), "{looks:?}");
}

async fn pages_for_everybody_are_sent_compressed_and_nothing_else_is(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let program = app.program().await;
    let guest = program.seen_by(&app.anonymous());
    let (encoding, plain) = read_as(&guest, "/login", "identity").await;
    assert_eq!(encoding, "");
    let (encoding, bytes) = read_as(&guest, "/login", "br, gzip").await;
    assert_eq!(encoding, "br");
    assert!(bytes.len() * 2 < plain.len(), "{} of {} bytes", bytes.len(), plain.len());
    let (encoding, bytes) = read_as(&guest, "/login", "gzip").await;
    assert_eq!(encoding, "gzip");
    let mut page = String::new();
    GzDecoder::new(&*bytes).read_to_string(&mut page).expect("gzip of a text");
    assert!(page.contains("password") && page.contains("</html>"), "{page}");
    for path in ["/api/openapi.json", "/api/channels", "/healthz"] {
        assert_eq!(read_as(&guest, path, "br, gzip").await.0, "", "{path}");
    }
    // What only one person may read is never compressed together with words from elsewhere.
    let (encoding, own) = read_as(&program.seen_by(&ann), "/?search=example", "br, gzip").await;
    assert_eq!(encoding, "");
    assert!(String::from_utf8_lossy(&own).contains("ann@example.org"), "it holds her address");
    assert_eq!(read_as(&guest, "/?search=example", "br, gzip").await.0, "br");
}

async fn a_page_that_is_not_there_is_404(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let program = app.program().await;
    let guest = program.seen_by(&app.anonymous());
    app.user("bob").await;
    // Somebody who is no creator has no page either.
    for path in ["/nothing", "/watch/nobody", "/watch/bob", "/watch/a/b", "/watch/%00", "/watch/%3Cscript%3E"] {
        let answer = guest.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.contains("There is nothing at this address"), "{path}");
        assert!(!answer.body.contains("og:title"), "{path}");
    }
}

/// Without WASM too, and whatever it is.
/// PostgreSQL takes no text with one.
async fn an_address_with_a_nul_is_no_failure_of_ours(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let program = app.program().await;
    let ann = program.seen_by(&ann);
    for path in [
        "/?search=a%00b",
        "/watch/a%00b",
        "/admin?user=a%00b",
        "/admin?after=a%00b",
        "/admin/audit?cursor=a%00b",
        "/admin/audit?username=a%00b",
        "/dashboard/analytics/a%00b",
    ] {
        let page = ann.get(path).await;
        assert!(page.status < 500 && page.body.contains("</title>"), "{path}: {page:?}");
        assert!(!page.body.contains("Something went wrong on the server"), "{path}");
    }
}

async fn the_account_page_holds_what_its_forms_open_with(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let markup = "</textarea><script>alert(1)</script>\n\"x\" & y";
    carl.put("/api/account/profile", json!({ "displayName": "\"Carl\" <b>", "about": markup })).await.ok();
    let program = app.program().await;
    let carl = program.seen_by(&carl);
    let page = carl.get("/account").await.body;
    assert!(page.contains("&lt;/textarea>&lt;script>alert(1)&lt;/script>\n\"x\" &amp; y</textarea>"), "{page}");
    assert!(!page.contains("<script>alert") && !page.contains("<b>"), "{page}");
    let watch = carl.get("/watch/carl").await.body;
    assert!(!watch.contains("<script>alert") && watch.contains("&lt;script&gt;alert(1)"), "{watch}");
    let query = "displayName=Typed&about=Typed+%3Ctoo&__saved=%2Fapi%2Faccount%2Femail";
    let page = carl.get(&format!("/account?{query}")).await.body;
    assert!(page.contains("value=\"Typed\"") && page.contains(">Typed &lt;too</textarea>"), "{page}");
    assert_eq!(page.matches("data-state=\"saved\"").count(), 1, "{page}");
}

/// What would run if it were HTML, wherever it stands.
const HOSTILE: &str = r#""></title><script>alert(1)</script>&'"#;

async fn what_people_type_is_never_html(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    carl.put("/api/stream/info", json!({ "title": HOSTILE })).await.ok();
    carl.put("/api/stream/info", json!({ "thumbnail": "https://example.org/a?b='&c" })).await.ok();
    let encoder = app.encoder_connects(&carl.make_key().await).await;
    let program = app.program().await;
    let guest = program.seen_by(&app.anonymous());
    let search = serde_urlencoded::to_string([("search", HOSTILE)]).unwrap();
    for path in ["/watch/carl", "/", &format!("/?{search}"), &format!("/?after=x&{search}"), "/?after=%3Cscript%3E%00"]
    {
        let body = guest.get(path).await.body;
        assert!(!body.contains("<script>alert"), "{path}: {body}");
        assert_eq!(body.matches("</title>").count(), 1, "{path}");
    }
    encoder.stops().await;
    let body = guest.get("/watch/carl").await.body;
    assert!(!body.contains("<script>alert"), "{body}");
    let head = body.split("</head>").next().unwrap();
    assert!(head.contains("<title>\"&gt;&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;' – carl"), "{head}");
    let title = tag(head, "og:title");
    assert!(title.contains("content=\"&quot;"), "{title}");
}

/// The tag in the head with that property or name.
fn tag<'a>(head: &'a str, name: &str) -> &'a str {
    let tags: Vec<&str> = head.split('<').filter(|tag| tag.contains(&format!("\"{name}\""))).collect();
    assert_eq!(tags.len(), 1, "{name}: {tags:?} in {head}");
    tags[0]
}

async fn head_of(caller: &Caller, path: &str) -> String {
    let answer = caller.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.body.split("</head>").next().unwrap().to_owned()
}

#[track_caller]
fn says(head: &str, name: &str, content: &str) {
    let tag = tag(head, name);
    assert!(tag.contains(&format!("=\"{content}\"")), "{tag}");
}

async fn a_link_to_a_channel_shows_what_is_on(database: Database) {
    let app = TestApp::with(database, &[("STREAMIT_BASE_URL", "https://live.example.org/")]).await;
    let carl = app.creator("carl").await;
    carl.put("/api/stream/info", json!({ "title": "Bread & butter" })).await.ok();
    let program = app.program().await;
    let guest = program.seen_by(&app.anonymous());
    let offline = head_of(&guest, "/watch/CARL").await;
    says(&offline, "og:title", "Bread &amp; butter");
    says(&offline, "og:type", "video.other");
    says(&offline, "og:site_name", "StreamIt");
    says(&offline, "og:url", "https://live.example.org/watch/carl");
    says(&offline, "canonical", "https://live.example.org/watch/carl");
    says(&offline, "og:image", "https://live.example.org/link-preview.png");
    says(&offline, "twitter:card", "summary_large_image");
    assert!(tag(&offline, "og:description").contains("not live right now"));

    let picture = "https://example.org/bread.png?a=1";
    carl.put("/api/stream/info", json!({ "thumbnail": picture })).await.ok();
    app.encoder_connects(&carl.make_key().await).await;
    let live = head_of(&guest, "/watch/carl").await;
    says(&live, "og:image", picture);
    assert!(tag(&live, "og:description").contains("is live now"));
    // A rehearsal is nobody's business.
    app.execute("UPDATE streams SET status = 'rehearsal'").await;
    let rehearsing = head_of(&guest, "/watch/carl").await;
    assert!(tag(&rehearsing, "og:description").contains("not live right now"));
}

async fn the_first_page_has_a_link_preview_too(database: Database) {
    let app = TestApp::with(database, &[("STREAMIT_BASE_URL", "https://live.example.org")]).await;
    let program = app.program().await;
    let guest = program.seen_by(&app.anonymous());
    for path in ["/", "/?search=x"] {
        let head = head_of(&guest, path).await;
        says(&head, "og:title", "StreamIt");
        says(&head, "og:type", "website");
        says(&head, "og:url", "https://live.example.org/");
        says(&head, "canonical", "https://live.example.org/");
        says(&head, "og:image", "https://live.example.org/link-preview.png");
    }
}

async fn a_list_goes_on_without_scripts(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    app.execute("UPDATE streams SET last_live_at = 5, title = 'Jazz', folded_title = 'jazz'").await;
    let program = app.program().await;
    let guest = program.seen_by(&app.anonymous());
    let page = async |path: &str| {
        let answer = guest.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        answer.body
    };
    assert!(page("/?search=j%C3%81zz").await.contains("href=\"/watch/ann\""));
    let nothing = page("/?search=rock%26roll").await;
    assert!(nothing.contains("No stream matches “rock&amp;roll”") && nothing.contains("Show all streams"));
    let last = page("/?after=0.5.zz").await;
    assert!(last.contains("That was the last one") && !last.contains("Nobody is live"));
    assert!(page("/?after=0.6.a").await.contains("href=\"/watch/ann\""));
    for (path, words) in [("/?after=forged", "This place in the list is not known"), (&*long_search(), "at most 100")] {
        let refused = page(path).await;
        assert!(refused.contains(words) && refused.contains("Show all streams"), "{path}");
    }
}

async fn who_was_never_live_is_led_there_without_scripts_too(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let program = app.program().await;
    let reader = program.seen_by(&carl);
    let page = async || reader.get("/dashboard/streams").await.body;
    let first = page().await;
    for part in ["Your first stream", "0 of 4 done", "href=\"/dashboard/keys\"", "href=\"#stream-title\""] {
        assert!(first.contains(part), "{part}: {first}");
    }
    let guest = program.seen_by(&app.anonymous());
    for (who, way) in [(&reader, "Go live"), (&guest, "href=\"/signup?next=/dashboard/streams\"")] {
        let front = who.get("/").await.body;
        assert!(front.contains(way) && !front.contains("/dashboard/keys"), "{way}: {front}");
    }
    let encoder = app.encoder_connects(&carl.make_key().await).await;
    assert!(page().await.contains("3 of 4 done"), "on air for the first time, without a title");
    encoder.stops().await;
    assert!(!page().await.contains("Your first stream"));
}

async fn where_nobody_has_streamed_everybody_is_led_on(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let program = app.program().await;
    let (guest, bob) = (program.seen_by(&app.anonymous()), program.seen_by(&app.user("bob").await));
    let (to_guests, to_accounts) = ("the very first account", "Want to start the first?");
    for (who, said, unsaid) in [(&guest, to_guests, to_accounts), (&bob, to_accounts, to_guests)] {
        let front = who.get("/").await.body;
        assert!(front.contains(said) && !front.contains(unsaid), "{said}: {front}");
    }
    assert!(guest.get("/").await.body.contains("href=\"/signup?next=/dashboard/streams\""));
}

fn long_search() -> String {
    format!("/?search={}", "x".repeat(101))
}
