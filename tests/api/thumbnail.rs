//! The thumbnail of a stream: sent, taken from what is on air, and taken away, in a folder and in S3. What is kept
//! is made anew, is there as long as something shows it, and goes when nothing does. A storage that is away takes
//! nothing else with it.

use image::ImageFormat;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Answer, Caller, Database, TestApp, eventually,
    s3::{FakeS3, Mood},
    upload::{BLUE, RED, Upload, is_at, picture_at, two_halves},
};

on_both_databases![
    a_picture_becomes_the_thumbnail_in_two_sizes,
    a_part_of_it_can_be_chosen,
    only_the_creator_changes_it,
    what_cannot_be_used_is_refused_in_words_and_changes_nothing,
    files_go_when_nothing_shows_them_any_more,
    a_picture_that_takes_itself_gives_way_to_a_chosen_one,
    a_picture_takes_itself_on_air_only,
    an_address_of_ours_cannot_be_taken_over,
    only_names_of_pictures_are_read,
    a_plain_form_goes_back_to_its_page,
    too_many_pictures_are_429,
    pictures_can_be_kept_in_s3,
    without_its_storage_everything_else_works,
    what_broke_off_is_cleaned_up,
];

const PATH: &str = "/api/stream/thumbnail";

async fn send(creator: &Caller) -> String {
    let info = Upload::of(&two_halves(ImageFormat::Png)).send(creator, PATH).await.ok();
    info["thumbnail"].as_str().expect("an address").to_owned()
}

/// What takes itself: the thumbnail after it.
async fn send_frame(creator: &Caller) -> Value {
    let frame = Upload::of(&two_halves(ImageFormat::Jpeg)).with("automatic", "true");
    frame.send(creator, PATH).await.ok()["thumbnail"].take()
}

fn small(address: &str) -> String {
    address.replace(".webp", "-small.webp")
}

async fn until_gone(caller: &Caller, address: &str) {
    for address in [address.to_owned(), small(address)] {
        eventually("its file is gone", async || picture_at(caller, &address).await.is_none().then_some(())).await;
    }
}

async fn a_picture_becomes_the_thumbnail_in_two_sizes(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, guest) = (app.first_user().await, app.anonymous());
    let mut viewer = guest.events("/api/channel/events?username=ann").await;
    let version = ann.status().await["version"].as_i64().unwrap();
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let info = Upload::of(&two_halves(format)).send(&ann, PATH).await.ok();
        assert_eq!(info, ann.get("/api/stream/info").await.ok());
        let address = info["thumbnail"].as_str().expect("an address");
        assert!(address.starts_with("/media/chosen-"), "{address}");
        let large = picture_at(&guest, address).await.expect("it is there");
        assert_eq!((large.width(), large.height()), (1280, 720));
        assert!(is_at(&large, (100, 300), RED) && is_at(&large, (1200, 300), BLUE));
        let small = picture_at(&guest, &small(address)).await.expect("it is there");
        assert_eq!((small.width(), small.height()), (480, 270));
        viewer.until("state", |state| state["thumbnail"] == address).await;
        assert_eq!(guest.channel("ann").await["state"]["thumbnail"], address);
    }
    assert_eq!(ann.status().await["version"], version + 3);
}

async fn a_part_of_it_can_be_chosen(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let part = Upload::of(&two_halves(ImageFormat::Png)).with("crop", r#"{"x":0.6,"y":0.2,"width":0.4,"height":0.3}"#);
    let info = part.send(&ann, PATH).await.ok();
    let picture = picture_at(&ann, info["thumbnail"].as_str().unwrap()).await.expect("it is there");
    assert!(is_at(&picture, (5, 5), BLUE) && is_at(&picture, (1275, 715), BLUE));
    for crop in ["x", "{}", r#"{"x":0.6,"y":0,"width":0.5,"height":1}"#, r#"{"x":0,"y":0,"width":640,"height":480}"#] {
        let upload = Upload::of(&two_halves(ImageFormat::Png)).with("crop", crop);
        upload.send(&ann, PATH).await.names(&["crop"]);
    }
    assert_eq!(ann.get("/api/stream/info").await.ok()["thumbnail"], info["thumbnail"]);
}

async fn only_the_creator_changes_it(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl, bob) = (app.first_user().await, app.creator("carl").await, app.user("bob").await);
    let upload = || Upload::of(&two_halves(ImageFormat::Png)).with("username", "ann").with("streamId", "ann");
    upload().send(&app.anonymous(), PATH).await.refused(401, "NOT_SIGNED_IN");
    for caller in [bob.with_token().await, bob] {
        upload().send(&caller, PATH).await.refused(403, "NOT_A_CREATOR");
    }
    let foreign = upload().request(&ann, PATH).header("origin", "https://evil.example");
    Answer::to(foreign).await.refused(403, "CROSS_ORIGIN");
    // Somebody else's creator changes their own, whatever the form says.
    upload().send(&carl.with_token().await, PATH).await.ok();
    assert_eq!(ann.get("/api/stream/info").await.ok()["thumbnail"], Value::Null);
    assert_ne!(carl.get("/api/stream/info").await.ok()["thumbnail"], Value::Null);
    assert_eq!(app.number("SELECT count(*) FROM pictures").await, 1);
}

async fn what_cannot_be_used_is_refused_in_words_and_changes_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let before = ann.get("/api/stream/info").await.ok();
    let png = two_halves(ImageFormat::Png);
    for file in [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"GIF89a", b"", &png[..png.len() / 2]] {
        Upload::of(file).send(&ann, PATH).await.names(&["image"]);
    }
    Upload::default().with("crop", "").send(&ann, PATH).await.names(&["image"]);
    let mut padded = png.clone();
    padded.resize(5 * 1024 * 1024 + 1, 0);
    Upload::of(&padded).send(&ann, PATH).await.refused(413, "TOO_LARGE");
    ann.post(PATH, json!({ "image": "x" })).await.refused(400, "BAD_REQUEST");
    ann.post_nothing(PATH).await.refused(400, "BAD_REQUEST");
    let broken = ann.request(Method::POST, PATH).header("content-type", "multipart/form-data; boundary=x").body("--x");
    Answer::to(broken).await.refused(400, "BAD_REQUEST");
    assert_eq!(ann.get("/api/stream/info").await.ok(), before);
    assert_eq!(app.number("SELECT count(*) FROM pictures").await, 0);
}

async fn files_go_when_nothing_shows_them_any_more(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let first = send(&ann).await;
    let second = send(&ann).await;
    assert_ne!(first, second);
    until_gone(&ann, &first).await;
    // Saying the same again, or something else, takes nothing away.
    ann.put("/api/stream/info", json!({ "thumbnail": second, "title": "Same" })).await.ok();
    ann.put("/api/stream/info", json!({ "title": "Other" })).await.ok();
    assert!(picture_at(&ann, &second).await.is_some());
    ann.put("/api/stream/info", json!({ "thumbnail": null })).await.ok();
    until_gone(&ann, &second).await;
    let third = send(&ann).await;
    ann.put("/api/stream/info", json!({ "thumbnail": "https://example.org/a.png" })).await.ok();
    until_gone(&ann, &third).await;
    let none_left = async || (app.number("SELECT count(*) FROM pictures").await == 0).then_some(());
    eventually("nothing is remembered of them", none_left).await;
}

async fn a_picture_that_takes_itself_gives_way_to_a_chosen_one(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    app.encoder_connects(&ann.make_key().await).await;
    let frame = send_frame(&ann).await;
    let frame = frame.as_str().expect("taken");
    assert!(frame.starts_with("/media/frame-"), "{frame}");
    let next = send_frame(&ann).await;
    assert_ne!(next, frame);
    until_gone(&ann, frame).await;
    let chosen = send(&ann).await;
    until_gone(&ann, next.as_str().unwrap()).await;
    let version = ann.status().await["version"].clone();
    assert_eq!(send_frame(&ann).await, chosen);
    // Not even looked at.
    let nonsense = Upload::of(b"nonsense").with("automatic", "true").send(&ann, PATH).await.ok();
    assert_eq!((&nonsense["thumbnail"], ann.status().await["version"].clone()), (&json!(chosen), version));
    ann.put("/api/stream/info", json!({ "thumbnail": "https://example.org/a.png" })).await.ok();
    assert_eq!(send_frame(&ann).await, "https://example.org/a.png");
    ann.put("/api/stream/info", json!({ "thumbnail": null })).await.ok();
    assert!(send_frame(&ann).await.as_str().is_some_and(|address| address.starts_with("/media/frame-")));
}

async fn a_picture_takes_itself_on_air_only(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    assert_eq!(send_frame(&ann).await, Value::Null);
    let encoder = app.encoder_connects(&ann.make_key().await).await;
    let last = send_frame(&ann).await;
    encoder.stops().await;
    app.until_channel("ann", "it is off air", |state| state["status"] == "offline").await;
    // The last one stays: it is what the stream looked like.
    assert_eq!(send_frame(&ann).await, last);
    assert!(picture_at(&ann, last.as_str().unwrap()).await.is_some());
    app.execute("UPDATE streams SET status = 'rehearsal'").await;
    assert_eq!(send_frame(&ann).await, last, "a rehearsal is nobody's business");
}

async fn an_address_of_ours_cannot_be_taken_over(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl) = (app.first_user().await, app.creator("carl").await);
    let address = send(&ann).await;
    for foreign in [address.clone(), small(&address), address.replace("chosen", "portrait")] {
        carl.put("/api/stream/info", json!({ "thumbnail": foreign })).await.names(&["thumbnail"]);
    }
    assert_eq!(carl.get("/api/stream/info").await.ok()["thumbnail"], Value::Null);
    assert!(picture_at(&ann, &address).await.is_some());
}

async fn only_names_of_pictures_are_read(database: Database) {
    let app = TestApp::start(database).await;
    let address = send(&app.first_user().await).await;
    let name = address.trim_start_matches("/media/");
    for path in [
        "streamit.db",
        "secret",
        "%2e%2e%2fsecret",
        "..%2fstreamit.db",
        "%2fetc%2fpasswd",
        &format!("{name}%00"),
        &name.to_uppercase(),
        &format!("%2e%2fmedia%2f{name}"),
        &format!("chosen-{}.webp", "0".repeat(32)),
    ] {
        let answer = app.anonymous().get(&format!("/media/{path}")).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        answer.refused(404, "NOT_FOUND");
    }
}

async fn a_plain_form_goes_back_to_its_page(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let answer = Upload::of(&two_halves(ImageFormat::Png)).send_plainly(&ann, PATH).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/dashboard/streams"));
    assert_ne!(ann.get("/api/stream/info").await.ok()["thumbnail"], Value::Null);
    let answer = Upload::of(b"nonsense").send_plainly(&ann, PATH).await;
    let location = answer.header("location");
    assert!(answer.status == 303 && location.starts_with("/dashboard/streams?__path=") && location.contains("__err="));
    let answer = Upload::default().with("remove", "true").send_plainly(&ann, PATH).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/dashboard/streams"));
    assert_eq!(ann.get("/api/stream/info").await.ok()["thumbnail"], Value::Null);
}

async fn too_many_pictures_are_429(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let address = send(&ann).await;
    assert_eq!(app.execute("UPDATE rate_limits SET hits = 60 WHERE name LIKE 'picture %'").await, 1);
    let upload = Upload::of(&two_halves(ImageFormat::Png));
    upload.send(&ann, PATH).await.refused_for(429, "TOO_MANY_REQUESTS", 1..=600);
    assert_eq!(ann.get("/api/stream/info").await.ok()["thumbnail"], address);
}

/// A server whose pictures are in S3.
async fn with_s3(database: Database) -> (TestApp, FakeS3) {
    let s3 = FakeS3::start().await;
    let settings = s3.settings();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    (TestApp::with(database, &settings).await, s3)
}

async fn pictures_can_be_kept_in_s3(database: Database) {
    let (app, s3) = with_s3(database).await;
    let ann = app.first_user().await;
    let address = send(&ann).await;
    let name = |address: &str| address.trim_start_matches("/media/").to_owned();
    assert_eq!(s3.keys(), [name(&small(&address)), name(&address)]);
    assert_eq!(picture_at(&app.anonymous(), &address).await.map(|picture| picture.width()), Some(1280));
    ann.put("/api/stream/info", json!({ "thumbnail": null })).await.ok();
    eventually("its files are gone", async || s3.keys().is_empty().then_some(())).await;
    until_gone(&ann, &address).await;
}

async fn without_its_storage_everything_else_works(database: Database) {
    let (app, s3) = with_s3(database).await;
    let ann = app.first_user().await;
    let address = send(&ann).await;
    for mood in [Mood::Failing, Mood::Silent] {
        s3.is(mood);
        let version = ann.status().await["version"].clone();
        let upload = Upload::of(&two_halves(ImageFormat::Png));
        let (sent, seen) = tokio::join!(upload.send(&ann, PATH), ann.get(&address));
        sent.refused(503, "STORAGE_UNREACHABLE");
        assert_eq!(seen.header("cache-control"), "no-store");
        seen.refused(503, "STORAGE_UNREACHABLE");
        assert_eq!(ann.status().await["version"], version);
        assert_eq!(app.anonymous().channel("ann").await["state"]["thumbnail"], address);
        ann.put("/api/stream/info", json!({ "title": format!("While it is {mood:?}") })).await.ok();
    }
    // Taking it away works too; its files go later.
    assert_eq!(ann.put("/api/stream/info", json!({ "thumbnail": null })).await.ok()["thumbnail"], Value::Null);
    s3.is(Mood::Well);
    assert!(picture_at(&ann, &send(&ann).await).await.is_some());
}

async fn what_broke_off_is_cleaned_up(database: Database) {
    let (mut app, s3) = with_s3(database).await;
    let ann = app.first_user().await;
    let kept = send(&ann).await;
    s3.is(Mood::Failing);
    Upload::of(&two_halves(ImageFormat::Png)).send(&ann, PATH).await.refused(503, "STORAGE_UNREACHABLE");
    s3.is(Mood::Well);
    // As if the server had stopped in the middle of storing one.
    let lost = format!("/media/chosen-{}.webp", "0".repeat(32));
    app.execute(
        "INSERT INTO pictures (address, user_id, created_at)
         VALUES ('/media/chosen-00000000000000000000000000000000.webp', NULL, 0)",
    )
    .await;
    app.execute("UPDATE pictures SET created_at = 0").await;
    assert_eq!(app.number("SELECT count(*) FROM pictures").await, 3);
    app.restart().await;
    let one_left = async || (app.number("SELECT count(*) FROM pictures").await == 1).then_some(());
    eventually("only the one that is shown is left", one_left).await;
    assert!(picture_at(&ann, &kept).await.is_some());
    assert!(picture_at(&ann, &lost).await.is_none());
}
