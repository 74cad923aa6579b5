//! Following a channel and no more, from a script and from a plain form. Who follows is counted for everybody and told
//! to nobody. Who is banned for good does not begin to.

use futures::future::join_all;
use reqwest::{Method, header};
use serde_json::{Value, json};
use streamit::{domain::timestamp::Timestamp, server::clock::now};

use crate::support::{Answer, Caller, Chat, Database, TestApp};

on_both_databases![
    one_follows_and_does_so_no_more,
    following_twice_is_as_once_and_keeps_its_date,
    who_comes_back_begins_anew,
    followers_are_counted_for_everybody_and_known_to_nobody_else,
    an_account_follows_and_not_a_session,
    one_follows_each_channel_for_itself,
    a_guest_cannot_follow,
    only_a_channel_is_followed,
    nobody_follows_their_own_channel,
    who_is_banned_for_good_cannot_follow,
    after_a_ban_is_acknowledged_nobody_follows,
    a_time_out_does_not_keep_from_following,
    many_at_once_are_counted_right,
    one_follows_without_wasm_too,
    a_form_that_is_refused_goes_back_with_the_reason,
    another_site_makes_nobody_follow,
    a_wrong_type_cannot_be_read,
];

const UNFOLLOW: &str = "/api/channel/follow?username=carl";

async fn followers(app: &TestApp, channel: &str) -> Value {
    app.anonymous().channel(channel).await["followerCount"].take()
}

#[track_caller]
fn time(value: &Value) -> Timestamp {
    value.as_str().and_then(Timestamp::from_rfc3339).unwrap_or_else(|| panic!("no time: {value}"))
}

/// Carl, who is not on air, and bob.
async fn start(database: Database) -> (TestApp, Caller, Caller) {
    let app = TestApp::start(database).await;
    let (carl, bob) = (app.creator("carl").await, app.user("bob").await);
    (app, carl, bob)
}

async fn one_follows_and_does_so_no_more(database: Database) {
    let (app, _, bob) = start(database).await;
    let before = now();
    let followed = bob.post("/api/channel/follow", json!({ "username": "CARL" })).await.ok();
    assert!((before..=now()).contains(&time(&followed["followedAt"])), "{followed}");
    let expected = json!({ "isFollowing": true, "followedAt": followed["followedAt"], "followerCount": 1 });
    assert_eq!(followed, expected);
    assert_eq!(bob.standing().await["followedAt"], followed["followedAt"]);
    assert_eq!(followers(&app, "carl").await, 1);
    let nobody = json!({ "isFollowing": false, "followedAt": null, "followerCount": 0 });
    assert_eq!(bob.delete("/api/channel/follow?username=Carl").await.ok(), nobody);
    assert_eq!(bob.standing().await["followedAt"], Value::Null);
    assert_eq!(followers(&app, "carl").await, 0);
    assert_eq!(bob.delete(UNFOLLOW).await.ok(), nobody, "twice is as once");
    let by_post = json!({ "username": "carl", "following": false });
    bob.follow().await.ok();
    assert_eq!(bob.post("/api/channel/follow", by_post.clone()).await.ok(), nobody);
    assert_eq!(bob.post("/api/channel/follow", by_post).await.ok(), nobody);
    let again = json!({ "username": "carl", "following": true });
    assert_eq!(bob.post("/api/channel/follow", again).await.ok()["isFollowing"], true);
}

async fn following_twice_is_as_once_and_keeps_its_date(database: Database) {
    let (app, _, bob) = start(database).await;
    bob.follow().await.ok();
    app.execute("UPDATE follows SET followed_at = followed_at - 86400000").await;
    let first = bob.standing().await["followedAt"].clone();
    let again = bob.follow().await.ok();
    assert_eq!((&again["followedAt"], &again["followerCount"]), (&first, &json!(1)));
    assert_eq!(bob.standing().await["followedAt"], first);
}

async fn who_comes_back_begins_anew(database: Database) {
    let (app, _, bob) = start(database).await;
    bob.follow().await.ok();
    app.execute("UPDATE follows SET followed_at = followed_at - 86400000").await;
    bob.delete(UNFOLLOW).await.ok();
    let before = now();
    assert!(time(&bob.follow().await.ok()["followedAt"]) >= before);
}

async fn followers_are_counted_for_everybody_and_known_to_nobody_else(database: Database) {
    let (app, carl, bob) = start(database).await;
    bob.follow().await.ok();
    for caller in [&carl, &app.user("eve").await, &app.anonymous()] {
        let channel = caller.channel("carl").await;
        assert_eq!((&channel["followerCount"], &channel["standing"]["followedAt"]), (&json!(1), &Value::Null));
        assert!(!channel.to_string().contains("bob"), "{channel}");
    }
    let of_guest = app.anonymous().standing().await;
    assert_eq!(of_guest, json!({ "username": null, "role": "viewer", "followedAt": null, "ban": null }));
}

async fn an_account_follows_and_not_a_session(database: Database) {
    let (app, _, bob) = start(database).await;
    let [here, there, script] = bob.everywhere(&app).await;
    script.follow().await.ok();
    for bob in [&here, &there] {
        assert!(bob.standing().await["followedAt"].is_string());
    }
    there.delete(UNFOLLOW).await.ok();
    assert_eq!(script.standing().await["followedAt"], Value::Null);
}

async fn one_follows_each_channel_for_itself(database: Database) {
    let (app, carl, bob) = start(database).await;
    bob.follow().await.ok();
    carl.post("/api/channel/follow", json!({ "username": "ann" })).await.ok();
    assert_eq!(bob.channel("ann").await["standing"]["followedAt"], Value::Null);
    assert_eq!((followers(&app, "ann").await, followers(&app, "carl").await), (json!(1), json!(1)));
    bob.delete("/api/channel/follow?username=ann").await.ok();
    assert_eq!((followers(&app, "ann").await, followers(&app, "carl").await), (json!(1), json!(1)));
}

async fn a_guest_cannot_follow(database: Database) {
    let (app, ..) = start(database).await;
    for name in ["carl", "nobody"] {
        let follow = json!({ "username": name });
        app.anonymous().post("/api/channel/follow", follow).await.refused(401, "NOT_SIGNED_IN");
        let path = format!("/api/channel/follow?username={name}");
        app.anonymous().delete(&path).await.refused(401, "NOT_SIGNED_IN");
    }
    assert_eq!(followers(&app, "carl").await, 0);
}

async fn only_a_channel_is_followed(database: Database) {
    let (app, _, bob) = start(database).await;
    app.user("eve").await;
    for name in ["eve", "nobody", "", "a b", "😀", "ann'--"] {
        bob.post("/api/channel/follow", json!({ "username": name })).await.refused(404, "NOT_FOUND");
    }
    for name in ["eve", "nobody", "", "a%20b", "%F0%9F%98%80"] {
        bob.delete(&format!("/api/channel/follow?username={name}")).await.refused(404, "NOT_FOUND");
    }
}

async fn nobody_follows_their_own_channel(database: Database) {
    let (app, carl, _) = start(database).await;
    carl.follow().await.refused(409, "CONFLICT");
    assert_eq!(followers(&app, "carl").await, 0);
}

async fn who_is_banned_for_good_cannot_follow(database: Database) {
    let (app, carl, bob) = start(database).await;
    carl.ban("bob", None).await.ok();
    for bob in bob.everywhere(&app).await {
        bob.follow().await.refused_for_good(403, "BANNED");
    }
    assert_eq!(followers(&app, "carl").await, 0);
    bob.post("/api/channel/follow", json!({ "username": "ann" })).await.ok();
    carl.unban("bob").await.ok();
    bob.follow().await.ok();
}

async fn after_a_ban_is_acknowledged_nobody_follows(database: Database) {
    let (_app, carl, bob) = start(database).await;
    for round in 0..10 {
        let banned = async {
            carl.ban("bob", None).await.ok();
            bob.standing().await["followedAt"].take()
        };
        let (_, at_that_moment) = tokio::join!(join_all((0..4).map(|_| bob.follow())), banned);
        assert_eq!(bob.standing().await["followedAt"], at_that_moment, "round {round}");
        carl.unban("bob").await.ok();
        bob.delete(UNFOLLOW).await.ok();
    }
}

async fn a_time_out_does_not_keep_from_following(database: Database) {
    let (_app, carl, bob) = start(database).await;
    carl.ban("bob", Some(600)).await.ok();
    assert_eq!(bob.follow().await.ok()["isFollowing"], true);
    bob.delete(UNFOLLOW).await.ok();
}

async fn many_at_once_are_counted_right(database: Database) {
    let chat = Chat::on_air(database).await;
    let eve = chat.app.user("eve").await;
    let people = [&chat.bob, &chat.mona, &eve];
    let all = join_all((0..15).map(|n| people[n % 3].follow())).await;
    all.into_iter().for_each(|answer| drop(answer.ok()));
    assert_eq!(followers(&chat.app, "carl").await, 3);
    let all = join_all((0..9).map(|n| people[n % 3].delete(UNFOLLOW))).await;
    all.into_iter().for_each(|answer| drop(answer.ok()));
    assert_eq!(followers(&chat.app, "carl").await, 0);
}

async fn one_follows_without_wasm_too(database: Database) {
    let (app, _, bob) = start(database).await;
    for (fields, count) in [
        (&[("username", "carl")][..], 1),
        (&[("username", "carl"), ("following", "false")], 0),
        (&[("username", "carl"), ("following", "true")], 1),
    ] {
        let answer = bob.post_form("/api/channel/follow", "/watch/carl", fields).await;
        assert_eq!(answer.status, 302, "{answer:?}");
        assert!(answer.header("location").trim_end_matches('?').ends_with("/watch/carl"), "{answer:?}");
        assert_eq!(followers(&app, "carl").await, count);
    }
}

async fn a_form_that_is_refused_goes_back_with_the_reason(database: Database) {
    let (app, carl, bob) = start(database).await;
    carl.ban("bob", None).await.ok();
    for caller in [&bob, &carl, &app.anonymous()] {
        let answer = caller.post_form("/api/channel/follow", "/watch/carl", &[("username", "carl")]).await;
        assert_eq!(answer.status, 302, "{answer:?}");
        let target = answer.header("location");
        assert!(target.contains("/watch/carl?") && target.contains("__err="), "{target}");
    }
    assert_eq!(followers(&app, "carl").await, 0);
}

async fn another_site_makes_nobody_follow(database: Database) {
    let (app, _, bob) = start(database).await;
    let form = bob
        .request(Method::POST, "/api/channel/follow")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "text/html")
        .header(header::ORIGIN, "https://evil.example")
        .body("username=carl");
    Answer::to(form).await.refused(403, "CROSS_ORIGIN");
    let unfollow = bob.request(Method::DELETE, UNFOLLOW).header("sec-fetch-site", "cross-site");
    Answer::to(unfollow).await.refused(403, "CROSS_ORIGIN");
    assert_eq!(followers(&app, "carl").await, 0);
}

async fn a_wrong_type_cannot_be_read(database: Database) {
    let (app, _, bob) = start(database).await;
    for body in [
        json!({}),
        json!({ "following": true }),
        json!({ "username": 1 }),
        json!({ "username": ["carl"] }),
        json!({ "username": "carl", "following": "yes" }),
        json!({ "username": "carl", "following": 1 }),
    ] {
        bob.post("/api/channel/follow", body).await.refused(400, "BAD_REQUEST");
    }
    bob.delete("/api/channel/follow").await.refused(400, "BAD_REQUEST");
    assert_eq!(followers(&app, "carl").await, 0);
}
