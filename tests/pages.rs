//! Pages as the server sends them: whole, in their own request, however many are asked for at once. What they look
//! like and do is tested in a browser, in end2end/.

use std::{collections::BTreeMap, time::Duration};

use futures::{StreamExt as _, stream};
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Caller, Database, TestApp};

on_both_databases![
    pages_are_rendered_whole_however_many_are_asked_for_at_once,
    a_page_that_is_not_there_is_404,
    the_account_page_holds_what_its_forms_open_with,
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

async fn look(caller: &Caller, path: &'static str, part: &str) -> (&'static str, &'static str) {
    let request = caller.request(Method::GET, path).timeout(Duration::from_secs(20));
    let outcome = match request.send().await {
        Err(_) => "no answer",
        Ok(response) => match Answer::read(response).await {
            answer if answer.status != 200 => "not 200",
            answer if !answer.body.contains(part) => "not whole",
            answer if !answer.body.contains("</title>") => "without a title",
            _ => "whole",
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
    let expected = PAGES.iter().map(|(path, _)| ((*path, "whole"), 25)).collect();
    assert_eq!(count, expected);
}

async fn a_page_that_is_not_there_is_404(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let program = app.program().await;
    let guest = program.seen_by(&app.anonymous());
    for path in ["/nothing", "/watch/nobody", "/watch/a/b"] {
        assert_eq!(guest.get(path).await.status, 404, "{path}");
    }
}

/// Without WASM too, and whatever it is.
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
