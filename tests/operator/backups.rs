//! `streamit backup` and `restore`: what was there is there again, and nothing is lost on the way. What cannot be put
//! back is refused and changes nothing: a file that is not whole, a folder in use, another database. On PostgreSQL,
//! where the database is no part of it, that is said.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use image::ImageFormat;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{
    Database, TestApp,
    upload::{Upload, picture_at, two_halves},
};

on_both_databases![
    what_was_kept_is_put_back_into_an_empty_folder,
    what_is_there_is_not_replaced_unless_forced_and_kept_then,
    nothing_is_restored_under_a_server_that_runs,
    what_is_no_whole_backup_changes_nothing,
    a_backup_for_another_database_is_refused,
    a_setting_instead_of_a_kept_secret_is_named,
];

/// A server that keeps its own secret.
async fn start(database: Database) -> TestApp {
    TestApp::with(database, &[("STREAMIT_SECRET", "")]).await
}

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Settings of an installation in the folder of that name; PostgreSQL stays where it is.
    fn installation(&self, app: &TestApp, name: &str) -> Vec<(&'static str, String)> {
        let data = self.path(name);
        let database = match app.kind {
            Database::Sqlite => format!("sqlite:{data}/streamit.db"),
            Database::Postgres => app.setting("DATABASE_URL").to_owned(),
        };
        vec![("STREAMIT_DATA_DIR", data), ("DATABASE_URL", database)]
    }
}

fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

async fn what_was_kept_is_put_back_into_an_empty_folder(database: Database) {
    let app = start(database).await;
    let (carl, place) = (app.creator("carl").await, Place::new());
    let key = carl.make_key().await;
    let account = Upload::of(&two_halves(ImageFormat::Png)).send(&carl, "/api/account/picture").await.ok();
    let file = place.path("kept.tar.gz");
    let writing = async {
        for n in 0..20 {
            carl.put("/api/stream/info", json!({ "title": format!("Title {n}") })).await.ok();
        }
    };
    let arguments = ["backup", file.as_str()];
    let (spoken, ()) = tokio::join!(app.command(&arguments, &[], ""), writing);
    let said = spoken.ok();
    assert!(said.contains("secret: in it") && said.contains("pictures: 1 file"), "{said}");
    assert_eq!(said.contains("pg_dump"), database == Database::Postgres, "{said}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let beside: Vec<_> = fs::read_dir(place.folder.path()).unwrap().collect();
    assert_eq!(beside.len(), 1, "nothing is left beside it: {beside:?}");
    app.command(&["backup", &file], &[], "").await.refused("is there already");
    // What comes later is not in it.
    app.user("late").await;

    let settings = place.installation(&app, "new");
    app.command(&["restore", &file], &borrowed(&settings), "").await.ok();
    let program = app.program_with(&borrowed(&settings)).await;
    let there = program.seen_by(&carl);
    assert_eq!(there.get("/api/auth/me").await.ok()["username"], "carl");
    assert_eq!(there.get("/api/stream/credentials").await.ok()["streamKey"], key["streamKey"]);
    let address = account["picture"].as_str().unwrap();
    assert!(picture_at(&there, address).await.is_some());
    if database == Database::Sqlite {
        there.get("/api/channel?username=late").await.refused(404, "NOT_FOUND");
        let list = app.command(&["user", "list"], &borrowed(&settings), "").await.ok();
        assert!(list.contains("carl") && !list.contains("late"), "{list}");
    }
    let secret = Path::new(&place.path("new")).join("secret");
    assert_eq!(fs::metadata(secret).unwrap().permissions().mode() & 0o777, 0o600);
}

async fn what_is_there_is_not_replaced_unless_forced_and_kept_then(database: Database) {
    let (app, place) = (start(database).await, Place::new());
    app.first_user().await;
    let (file, settings) = (place.path("kept"), place.installation(&app, "old"));
    app.command(&["backup", &file], &[], "").await.ok();
    fs::create_dir(place.path("old")).unwrap();
    let files = [("secret", "the-secret-that-was-there-before-it"), ("streamit.db", "before"), ("notes", "mine")];
    for (name, content) in files {
        fs::write(Path::new(&place.path("old")).join(name), content).unwrap();
    }
    app.command(&["restore", &file], &borrowed(&settings), "").await.refused("--force");
    let content = |name: &str| fs::read_to_string(Path::new(&place.path("old")).join(name)).unwrap();
    assert!(files.iter().all(|(name, before)| content(name) == *before));

    app.command(&["restore", &file, "--force"], &borrowed(&settings), "").await.ok();
    assert_ne!(content("secret"), files[0].1);
    assert_eq!(content("notes"), "mine");
    let kept: Vec<String> = fs::read_dir(place.path("old"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains(".before-"))
        .collect();
    let find = |begin: &str| kept.iter().find(|name| name.starts_with(begin)).unwrap_or_else(|| panic!("{kept:?}"));
    assert_eq!(content(find("secret.before-")), files[0].1);
    if database == Database::Sqlite {
        assert_eq!(content(find("streamit.db.before-")), "before");
    }
}

async fn nothing_is_restored_under_a_server_that_runs(database: Database) {
    let (app, place) = (start(database).await, Place::new());
    let ann = app.first_user().await;
    let file = place.path("kept");
    app.command(&["backup", &file], &[], "").await.ok();
    let settings = place.installation(&app, "new");
    app.command(&["restore", &file], &borrowed(&settings), "").await.ok();
    let program = app.program_with(&borrowed(&settings)).await;
    app.command(&["restore", &file, "--force"], &borrowed(&settings), "").await.refused("stop that first");
    program.seen_by(&ann).get("/api/auth/me").await.ok();
    drop(program);
    app.command(&["restore", &file, "--force"], &borrowed(&settings), "").await.ok();
}

async fn what_is_no_whole_backup_changes_nothing(database: Database) {
    let (app, place) = (start(database).await, Place::new());
    app.first_user().await;
    let (file, settings) = (place.path("kept"), place.installation(&app, "new"));
    app.command(&["backup", &file], &[], "").await.ok();
    let whole = fs::read(&file).unwrap();
    let bad = place.path("bad");
    for half in [&whole[..whole.len() / 2], &whole[..whole.len() - 3], b"hello"] {
        fs::write(&bad, half).unwrap();
        app.command(&["restore", &bad], &borrowed(&settings), "").await.refused(&bad);
    }
    app.command(&["restore", &place.path("nowhere")], &borrowed(&settings), "").await.refused("nowhere");
    let left: Vec<String> = fs::read_dir(place.path("new"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(left, ["lock"]);
    app.command(&["restore", &file], &borrowed(&settings), "").await.ok();
}

async fn a_backup_for_another_database_is_refused(database: Database) {
    let (app, place) = (start(database).await, Place::new());
    app.first_user().await;
    let file = place.path("kept");
    app.command(&["backup", &file], &[], "").await.ok();
    let data = place.path("new");
    let (other, words) = match database {
        Database::Sqlite => ("postgres://nobody@127.0.0.1:1/nothing".to_owned(), "holds a SQLite database"),
        Database::Postgres => (format!("sqlite:{data}/streamit.db"), "holds no database"),
    };
    let settings = [("STREAMIT_DATA_DIR", data.as_str()), ("DATABASE_URL", other.as_str())];
    app.command(&["restore", &file], &settings, "").await.refused(words);
}

async fn a_setting_instead_of_a_kept_secret_is_named(database: Database) {
    let (app, place) = (TestApp::start(database).await, Place::new());
    app.first_user().await;
    let said = app.command(&["backup", &place.path("kept")], &[], "").await.ok();
    assert!(said.contains("Keep STREAMIT_SECRET") && !said.contains(app.setting("STREAMIT_SECRET")), "{said}");
}
