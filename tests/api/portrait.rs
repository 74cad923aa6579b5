//! The picture of an account: sent, seen beside the name wherever others read it, replaced and taken away. What holds
//! for every picture that is sent is in `thumbnail.rs`.

use image::ImageFormat;
use serde_json::Value;

use crate::support::{
    Answer, Caller, Database, TestApp, eventually,
    upload::{BLUE, RED, Upload, is_at, picture_at, two_halves},
};

on_both_databases![
    a_picture_becomes_a_square_that_is_seen_beside_the_name,
    the_old_one_goes_when_another_comes_or_it_is_removed,
    it_is_ones_own,
    what_cannot_be_used_is_refused_in_words,
    a_plain_form_goes_back_to_the_account,
];

const PATH: &str = "/api/account/picture";

async fn send(caller: &Caller) -> String {
    let account = Upload::of(&two_halves(ImageFormat::Jpeg)).send(caller, PATH).await.ok();
    account["picture"].as_str().expect("an address").to_owned()
}

async fn a_picture_becomes_a_square_that_is_seen_beside_the_name(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    assert_eq!(ann.get("/api/auth/me").await.ok()["picture"], Value::Null);
    let address = send(&ann).await;
    assert!(address.starts_with("/media/portrait-"), "{address}");
    let picture = picture_at(&app.anonymous(), &address).await.expect("it is there");
    assert_eq!((picture.width(), picture.height()), (256, 256));
    assert!(is_at(&picture, (10, 128), RED) && is_at(&picture, (246, 128), BLUE));
    assert_eq!(ann.get("/api/auth/me").await.ok()["picture"], address);
    assert_eq!(app.anonymous().channel("ann").await["creator"]["picture"], address);
    let found = app.anonymous().get("/api/channels?search=ann").await.ok();
    assert_eq!(found["items"][0]["picture"], address);
    let right = r#"{"x":0.5,"y":0,"width":0.5,"height":1}"#;
    let account = Upload::of(&two_halves(ImageFormat::Png)).with("crop", right).send(&ann, PATH).await.ok();
    let picture = picture_at(&ann, account["picture"].as_str().unwrap()).await.expect("it is there");
    assert!(is_at(&picture, (10, 128), BLUE));
}

async fn the_old_one_goes_when_another_comes_or_it_is_removed(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let (first, second) = (send(&bob).await, send(&bob).await);
    let gone = async |address: &str| {
        eventually("its file is gone", async || picture_at(&bob, address).await.is_none().then_some(())).await;
    };
    gone(&first).await;
    assert!(picture_at(&bob, &second).await.is_some());
    for _ in 0..2 {
        assert_eq!(bob.delete(PATH).await.ok()["picture"], Value::Null);
    }
    gone(&second).await;
    let none_left = async || (app.number("SELECT count(*) FROM pictures").await == 0).then_some(());
    eventually("nothing is remembered of them", none_left).await;
}

async fn it_is_ones_own(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, bob) = (app.first_user().await, app.user("bob").await);
    let address = send(&ann).await;
    Upload::of(&two_halves(ImageFormat::Png)).send(&app.anonymous(), PATH).await.refused(401, "NOT_SIGNED_IN");
    app.anonymous().delete(PATH).await.refused(401, "NOT_SIGNED_IN");
    let foreign = Upload::of(&two_halves(ImageFormat::Png)).request(&ann, PATH).header("sec-fetch-site", "cross-site");
    Answer::to(foreign).await.refused(403, "CROSS_ORIGIN");
    let aimed = Upload::of(&two_halves(ImageFormat::Png)).with("username", "ann").with("id", "ann");
    aimed.send(&bob.with_token().await, PATH).await.ok();
    bob.delete(&format!("{PATH}?username=ann")).await.ok();
    assert_eq!(ann.get("/api/auth/me").await.ok()["picture"], address);
    assert!(picture_at(&ann, &address).await.is_some());
}

async fn what_cannot_be_used_is_refused_in_words(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    Upload::of(b"#!/bin/sh").send(&bob, PATH).await.names(&["image"]);
    Upload::default().with("other", "").send(&bob, PATH).await.names(&["image"]);
    Upload::of(&vec![0; 6 * 1024 * 1024]).send(&bob, PATH).await.refused(413, "TOO_LARGE");
    assert_eq!(bob.get("/api/auth/me").await.ok()["picture"], Value::Null);
}

async fn a_plain_form_goes_back_to_the_account(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let answer = Upload::of(&two_halves(ImageFormat::Png)).send_plainly(&bob, PATH).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/account"));
    assert_ne!(bob.get("/api/auth/me").await.ok()["picture"], Value::Null);
    let answer = Upload::of(b"nonsense").send_plainly(&bob, PATH).await;
    assert!(answer.status == 303 && answer.header("location").starts_with("/account?__path="), "{answer:?}");
    let answer = Upload::default().with("remove", "true").send_plainly(&bob, PATH).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/account"));
    assert_eq!(bob.get("/api/auth/me").await.ok()["picture"], Value::Null);
}
