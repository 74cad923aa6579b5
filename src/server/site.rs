//! The files that browsers get, as `scripts/build.sh` made them: the folder `site`, beside the program. What others
//! made is in its folder `vendor`, named by what is in it; which name a file has got is in `hash.txt`.
//!
//! Whoever asks for such a file by its name in another build gets that of this one. Without the list, as under
//! `cargo leptos watch`, files have the names that the source calls them by. What is not there is said at the start, and
//! pages do without.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Uri, header},
    middleware::Next,
    response::Response,
};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::clock;
use crate::{
    components::time_text::DocumentTime,
    pages::site_files::{IconSprite, PlayerAhead},
};

const FONT: &str = "vendor/inter-latin.woff2";
const ICONS: &str = "vendor/icons.svg";
const PLAYER: &str = "vendor/livekit-client.js";

/// Files by the names that the source calls them by, each with its address.
#[derive(Debug)]
struct Names(BTreeMap<String, String>);

impl Names {
    /// Reads `hash.txt`: `vendor/icons.svg: 7UkFJ0C6h-T9PzG2`, among lines that are Leptos's.
    fn read(list: &str) -> Self {
        let named = |line: &str| {
            let (file, hash) = line.split_once(": ").filter(|(file, _)| file.starts_with("vendor/"))?;
            let (stem, ending) = file.rsplit_once('.')?;
            Some((file.to_owned(), format!("/{stem}.{}.{ending}", hash.trim())))
        };
        Self(list.lines().filter_map(named).collect())
    }

    fn address(&self, file: &str) -> String {
        self.0.get(file).cloned().unwrap_or_else(|| format!("/{file}"))
    }

    /// The address of the file that had this one in another build, or in the source.
    fn newer(&self, path: &str) -> Option<&str> {
        let file = path.strip_prefix('/')?;
        let (rest, ending) = file.rsplit_once('.')?;
        let without_hash = rest.rsplit_once('.').map(|(stem, _)| format!("{stem}.{ending}"));
        let address = self.0.get(file).or_else(|| self.0.get(&without_hash?))?;
        (address != path).then_some(address.as_str())
    }
}

/// What every page needs, in the order in which it is wanted: the address of each file, and how it is loaded.
#[derive(Clone, Debug)]
struct FirstFiles(Arc<[(String, &'static str)]>);

impl FirstFiles {
    /// The program's files are those that `hash.txt` knows (`css: 7UkFJ0C6h-T9PzG2`).
    fn of(options: &LeptosOptions, list: &str, font: &str) -> Self {
        let of_program = |kind: &str| {
            let hash = list.lines().find_map(|line| line.strip_prefix(kind)?.strip_prefix(": "))?;
            Some(format!("/{}/{}.{}.{kind}", options.site_pkg_dir, options.output_name, hash.trim()))
        };
        let files = [
            (of_program("css"), "rel=preload; as=style"),
            (of_program("js"), "rel=modulepreload; crossorigin=anonymous"),
            (of_program("wasm"), "rel=preload; as=fetch; crossorigin=anonymous"),
            (Some(font.to_owned()), "rel=preload; as=font; type=font/woff2; crossorigin=anonymous"),
        ];
        Self(files.into_iter().filter_map(|(address, how)| Some((address?, how))).collect())
    }
}

/// What there is, and what it is called.
#[derive(Clone, Debug)]
pub struct Site {
    names: Arc<Names>,
    first: FirstFiles,
    icons: Arc<str>,
    player: Arc<str>,
}

impl Site {
    /// Looks at what there is, and says in the log what is missing.
    pub fn open(options: &LeptosOptions) -> Self {
        let folder = Path::new(&*options.site_root);
        let list = if options.hash_files { list(options) } else { String::new() };
        let names = Names::read(&list);
        let (font, player, icons) = (names.address(FONT), names.address(PLAYER), names.address(ICONS));
        let needed = names.0.values().chain([&font, &player, &icons]);
        let mut missing: Vec<&str> = needed.map(|address| &address[1..]).collect();
        missing.sort_unstable();
        missing.dedup();
        missing.retain(|file| !folder.join(file).is_file());
        if !missing.is_empty() {
            tracing::warn!(
                "not in {}: {}. Pages do without. Put site and hash.txt of one build beside the program.",
                folder.display(),
                missing.join(", ")
            );
        }
        let icons = fs::read_to_string(folder.join(&icons[1..])).unwrap_or_default();
        let first = FirstFiles::of(options, &list, &font);
        Self { names: Arc::new(names), first, icons: sprite(&icons).into(), player: player.into() }
    }

    /// Goes with the page that is being rendered.
    pub fn accompany_page(&self) {
        provide_context(self.first.clone());
        provide_context(IconSprite(self.icons.clone()));
        provide_context(DocumentTime(clock::now()));
        let (address, is_named) = (self.player.clone(), AtomicBool::new(false));
        provide_context(PlayerAhead(Arc::new(move || {
            // Leptos may make a view more than once before it renders it.
            if is_named.swap(true, Ordering::Relaxed) {
                return;
            }
            // The program is wanted first, for it asks for the token.
            load_ahead(&address, "rel=modulepreload; fetchpriority=low; crossorigin=anonymous");
        })));
    }
}

/// Has the browser load what every page needs. Before anything else is named: over HTTP/1.1 browsers load six files at a
/// time, and the many small ones of a bundle would come first, the styles and the program last.
pub fn load_first() {
    let Some(FirstFiles(files)) = use_context() else { return };
    for (address, how) in &*files {
        load_ahead(address, how);
    }
}

/// Has the browser load that file beside the page that is being rendered, by a header of its answer: pages are rendered
/// whole before they are sent. A `<link>` would be among those tags in the head that Leptos takes over by their order
/// alone (leptos_meta 0.8.7), and the browser's part makes none. `how` is what a `<link>` to it would say.
pub fn load_ahead(address: &str, how: &str) {
    let Some(answer) = use_context::<ResponseOptions>() else { return };
    if let Ok(link) = HeaderValue::from_str(&format!("<{address}>; {how}")) {
        answer.append_header(header::LINK, link);
    }
}

/// The text of `hash.txt`, which Leptos looks for beside the program, too.
fn list(options: &LeptosOptions) -> String {
    let program = std::env::current_exe().unwrap_or_default();
    let file = program.parent().unwrap_or(Path::new("")).join(&*options.hash_file);
    fs::read_to_string(file).unwrap_or_default()
}

/// The icons as they stand in a page: each `name` has the id `icon-name`, and the strokes are those of the class
/// `icon`.
fn sprite(icons: &str) -> String {
    const STROKES: &str =
        r#" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round""#;
    icons.replace(STROKES, "").replace("<symbol id=\"", "<symbol id=\"icon-")
}

/// Answers who asks for a file by its name in another build with the file of this one: a page from before an update, or
/// from an instance that has another version. Not by leading on to its name: behind a balancer, the instance that is
/// asked next may be one that does not know it.
pub async fn answer_other_names(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let Some(address) = site.names.newer(request.uri().path()).and_then(|address| address.parse::<Uri>().ok()) else {
        return next.run(request).await;
    };
    *request.uri_mut() = address;
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "vendor/inter-latin.woff2: 0123456789abcdef\nvendor/inter-latin-ext.woff2: _-23456789abcdef\n\
                        css: 0123456789abcdef\nmanifest: 0123456789abcdef\n";

    #[test]
    fn a_file_is_where_the_list_says() {
        let names = Names::read(LIST);
        assert_eq!(names.address("vendor/inter-latin.woff2"), "/vendor/inter-latin.0123456789abcdef.woff2");
        assert_eq!(names.address("vendor/inter-latin-ext.woff2"), "/vendor/inter-latin-ext._-23456789abcdef.woff2");
        assert_eq!(names.address("vendor/icons.svg"), "/vendor/icons.svg");
        assert_eq!(names.0.len(), 2);
    }

    #[test]
    fn a_name_of_another_build_is_of_the_file_of_this_one() {
        let names = Names::read(LIST);
        let here = "/vendor/inter-latin.0123456789abcdef.woff2";
        assert_eq!(names.newer("/vendor/inter-latin.fedcba9876543210.woff2"), Some(here));
        assert_eq!(names.newer("/vendor/inter-latin.woff2"), Some(here));
        for path in [here, "/vendor/other.fedcba9876543210.woff2", "/vendor/other.woff2", "/vendor/", "/watch/a.b.c"] {
            assert_eq!(names.newer(path), None, "{path}");
        }
        assert_eq!(Names::read("").newer("/vendor/inter-latin.woff2"), None);
    }

    #[test]
    fn icons_have_names_of_their_own_in_a_page() {
        let strokes =
            r#"fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round""#;
        let file = format!(r#"<svg><symbol id="x" viewBox="0 0 24 24" {strokes}><path/></symbol></svg>"#);
        assert_eq!(sprite(&file), r#"<svg><symbol id="icon-x" viewBox="0 0 24 24"><path/></symbol></svg>"#);
    }
}
