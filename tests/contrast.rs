//! The contrast of what is read and used, in light and in dark: every colour of `style/tokens.css` against what it
//! stands on, as WCAG 2.2 asks. Text has 4.5:1 at least (1.4.3); outlines, marks and what charts draw 3:1 (1.4.11). A
//! colour that no list here knows fails. What is translucent is laid over what it stands on, and a translucent ground
//! over white, the brightest of all pictures. What came out, and how much axe looks at, is told in `docs/accessibility.md`. That colours,
//! weights, layers, spaces, corners and sizes of text have names is held here, too.

use std::collections::{BTreeMap, BTreeSet};

use palette::{IntoColor as _, Mix as _, Oklch, Srgb, color_difference::Wcag21RelativeContrast as _};

use crate::support::repository::{read, text_below};

/// A colour, and what it stands on.
type Pairs = (&'static str, &'static [&'static str]);

const WHITE: Srgb<f64> = Srgb::new(1.0, 1.0, 1.0);
/// The steps that pages are made of, and what is pointed at.
const SURFACES: &[&str] = &["page", "panel", "raised", "sunken", "hover"];
/// The same, and the soft grounds of notes and marks.
const GROUNDS: &[&str] =
    &["page", "panel", "raised", "sunken", "hover", "accent-soft", "error-soft", "success-soft", "info-soft"];

/// What is read: also icons and the ring of the focus, which have the colours of text.
const TEXT: [Pairs; 9] = [
    ("text", GROUNDS),
    ("text-muted", GROUNDS),
    ("accent-text", GROUNDS),
    ("error", GROUNDS),
    ("success", GROUNDS),
    ("on-accent", &["accent", "accent-hover"]),
    ("on-live", &["live"]),
    ("on-picture", &["picture", "picture-shade"]),
    ("on-picture-muted", &["picture"]),
];

/// What is no text, and has to be seen.
const SHAPES: [Pairs; 12] = [
    // Fields, buttons and switches.
    ("border-strong", SURFACES),
    // What is chosen, and what is filled with it.
    ("accent", &["page", "panel", "raised", "sunken"]),
    ("live", &["page", "panel", "raised", "sunken"]),
    // The level of the sound, in its track.
    ("success", &["border"]),
    ("error", &["border"]),
    ("picture-border", &["picture"]),
    ("chart-viewers", &["panel"]),
    ("chart-second", &["panel"]),
    ("chart-mark", &["panel"]),
    ("chart-heat-3", &["panel"]),
    ("chart-heat-4", &["panel"]),
    ("chart-heat-5", &["panel"]),
];

/// What nobody has to see, and why.
const FREE: [(&str, &str); 12] = [
    ("border", "space and headings part what it parts"),
    ("error-border", "it goes around words and an icon that say it"),
    ("chart-grid", "the axis has words"),
    ("chart-behind", "the period before: the table has its numbers"),
    ("chart-heat-0", "few: each hour says its number"),
    ("chart-heat-1", "few: each hour says its number"),
    ("chart-heat-2", "few: each hour says its number"),
    ("backdrop", "it dims what is behind a dialog"),
    ("selection", "it lies behind what somebody marks, and has no meaning of its own"),
    ("picture-control", "a button's border and words say where it is"),
    ("picture-hover", "it shows what is pointed at, which has words or an icon"),
    ("on-avatar", "held on the colour of each person, below"),
];

/// What names in a chat stand on.
const BEHIND_NAMES: [&str; 3] = ["panel", "hover", "info-soft"];

/// All values of one scheme, by name.
type Tokens = BTreeMap<String, String>;

/// The file in its three parts: what is light or always so, what is dark, and the hues of people.
fn parts(text: &str) -> (&str, &str, &str) {
    let (light, rest) = text.split_once("@media (prefers-color-scheme: dark)").expect("a dark scheme");
    let (dark, hues) = rest.split_once("\n}\n").expect("its end");
    (light, dark, hues)
}

fn declared(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let rules = text.split(['{', '}', ';']);
    // A comment may stand before it.
    rules.filter_map(|rule| rule.rsplit("*/").next()?.trim().strip_prefix("--")?.split_once(": "))
}

fn schemes() -> [(&'static str, Tokens); 2] {
    let text = read("style/tokens.css");
    let (light, dark, _) = parts(&text);
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let light: Tokens = declared(light).map(owned).collect();
    // What the dark scheme does not say is as in the light one.
    let dark: Tokens = light.clone().into_iter().chain(declared(dark).map(owned)).collect();
    [("light", light), ("dark", dark)]
}

/// A colour as browsers show it, and how much of it covers what is below.
fn colour(value: &str) -> (Srgb<f64>, f64) {
    let inner = value.strip_prefix("oklch(").and_then(|rest| rest.strip_suffix(')'));
    let inner = inner.unwrap_or_else(|| panic!("not written as oklch(…): {value}"));
    let numbers = inner.split([' ', '/']).filter(|part| !part.is_empty());
    let numbers: Vec<f64> = numbers.map(|part| part.parse().expect("a number")).collect();
    let (lightness, chroma, hue, alpha) = match numbers[..] {
        [lightness, chroma, hue] => (lightness, chroma, hue, 1.0),
        [lightness, chroma, hue, alpha] => (lightness, chroma, hue, alpha),
        _ => panic!("not three numbers or four: {value}"),
    };
    (Oklch::new(lightness, chroma, hue).into_color(), alpha)
}

/// How much `shown` stands out on `ground`, to 1.
fn contrast(shown: &str, ground: &str) -> f64 {
    let (ground, covers) = colour(ground);
    let ground = WHITE.mix(ground, covers);
    let (shown, covers) = colour(shown);
    ground.mix(shown, covers).relative_contrast(ground)
}

/// What is wrong when `shown` has less contrast than that on `ground`.
fn too_little(shown: &str, ground: &str, least: f64) -> Option<String> {
    let ratio = contrast(shown, ground);
    (ratio < least).then(|| format!("{ratio:.2}:1 instead of {least}:1"))
}

/// All colours that are held to a contrast, with the least that they may have.
fn held() -> impl Iterator<Item = (&'static Pairs, f64)> {
    TEXT.iter().map(|pairs| (pairs, 4.5)).chain(SHAPES.iter().map(|pairs| (pairs, 3.0)))
}

/// A row of the table: the least contrast of a colour in light and in dark, and what it has that on.
fn row((name, grounds): &Pairs, least: f64) -> String {
    let of = |(_, tokens): (&str, Tokens)| {
        let ratios = grounds.iter().map(|ground| (contrast(&tokens[*name], &tokens[*ground]), *ground));
        let (ratio, ground) = ratios.min_by(|one, other| one.0.total_cmp(&other.0)).expect("a ground");
        format!("{ratio:.2} on `{ground}`")
    };
    let [light, dark] = schemes().map(of);
    format!("| `{name}` | {light} | {dark} | {least} |\n")
}

#[test]
fn the_table_of_contrasts_is_what_comes_out() {
    let rows: String = held().map(|(pairs, least)| row(pairs, least)).collect();
    let table = format!("| colour | light | dark | at least |\n| --- | ---: | ---: | ---: |\n{rows}");
    assert!(read("docs/accessibility.md").contains(&table), "docs/accessibility.md has another table:\n{table}");
}

#[test]
fn the_document_counts_what_axe_looks_at() {
    let pages = read("end2end/accessibility.spec.ts");
    let (_, pages) = pages.split_once("const PAGES").expect("a list of pages");
    let (pages, _) = pages.split_once("\n];").expect("its end");
    let specs = text_below("end2end", ".spec.ts");
    let document = read("docs/accessibility.md");
    for row in [
        format!("\n| {} pages, as ", pages.matches("\n  [").count()),
        format!("\n| {} states | ", specs.matches("passes(").count()),
        format!("\n| {} states that ", specs.matches("passesOnTelephone(").count()),
    ] {
        assert!(document.contains(&row), "docs/accessibility.md has no row that begins with {row}");
    }
}

#[test]
fn every_colour_stands_out_from_what_it_stands_on() {
    let mut wrong = Vec::new();
    for (scheme, tokens) in schemes() {
        for ((name, grounds), least) in held() {
            let found = grounds.iter().filter_map(|ground| {
                let what = too_little(&tokens[*name], &tokens[*ground], least)?;
                Some(format!("{scheme}: --{name} on --{ground}: {what}"))
            });
            wrong.extend(found);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn everybody_can_be_read_in_their_own_colour() {
    let text = read("style/tokens.css");
    let (_, _, people) = parts(&text);
    let hues: Vec<&str> = declared(people).filter(|(name, _)| *name == "hue").map(|(_, hue)| hue).collect();
    assert_eq!(hues.len(), 8);
    let mut wrong = Vec::new();
    for (scheme, tokens) in schemes() {
        let of = |part: &str, hue: &str| {
            format!("oklch({} {} {hue})", tokens[&format!("{part}-lightness")], tokens[&format!("{part}-chroma")])
        };
        for &hue in &hues {
            let names = BEHIND_NAMES.map(|ground| too_little(&of("name", hue), &tokens[ground], 4.5));
            // The first letter, on an avatar.
            let letter = too_little(&tokens["on-avatar"], &of("avatar", hue), 4.5);
            wrong.extend(names.into_iter().chain([letter]).flatten().map(|what| format!("{scheme}, {hue}: {what}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_colour_is_in_a_list() {
    let schemes = schemes();
    let all = schemes.iter().flat_map(|(_, tokens)| tokens);
    let colours: BTreeSet<&str> =
        all.filter(|(name, value)| is_colour(value) && !name.starts_with("shadow-")).map(|(name, _)| &**name).collect();
    let pairs = || TEXT.iter().chain(&SHAPES);
    let held: BTreeSet<&str> = pairs().flat_map(|(name, grounds)| grounds.iter().chain([name])).copied().collect();
    let free: BTreeSet<&str> = FREE.iter().map(|(name, _)| *name).collect();
    let known: BTreeSet<&str> = held.union(&free).copied().collect();
    assert_eq!(colours, known, "the colours of style/tokens.css, and those of the lists");
    // As a ground it may be in a pair, too.
    let both: Vec<&str> = pairs().map(|(name, _)| *name).filter(|name| free.contains(name)).collect();
    assert!(both.is_empty(), "held to a contrast, and free: {both:?}");
}

/// Whether a value is a colour, or holds one that it writes itself.
fn is_colour(value: &str) -> bool {
    const FUNCTIONS: [&str; 11] =
        ["oklch(", "oklab(", "lch(", "lab(", "rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "color(", "color-mix("];
    const NAMED: [&str; 6] = ["white", "black", "red", "green", "blue", "gray"];
    let mut words = value.split([' ', ',', '(', ')', '/']);
    value.contains('#') || FUNCTIONS.iter().any(|name| value.contains(name)) || words.any(|word| NAMED.contains(&word))
}

/// What the browser shows above a page goes on in the colour of the bar at the top.
#[test]
fn the_colour_that_the_document_names_is_that_of_the_top_bar() {
    let document = read("src/app.rs");
    for (scheme, tokens) in schemes() {
        let shown: Srgb<u8> = colour(&tokens["panel"]).0.into_format();
        let hex = format!("#{:02x}{:02x}{:02x}", shown.red, shown.green, shown.blue);
        let named = format!("content=\"{hex}\" media=\"(prefers-color-scheme: {scheme})\"");
        assert!(document.contains(&named), "no {named}");
    }
}

/// A person's hue is put together with what the tokens say where it is used.
#[test]
fn no_colour_is_written_elsewhere() {
    let mut wrong = Vec::new();
    for file in stylesheets() {
        let text = read(&file);
        let own = written(&text).filter(|(_, value)| is_colour(value) && !value.contains("var(--hue)"));
        wrong.extend(own.map(|(name, value)| format!("{file}: {name}: {value}")));
    }
    assert!(wrong.is_empty(), "colours belong into style/tokens.css: {wrong:#?}");
}

/// The files of the font say how bold they can be.
#[test]
fn no_weight_layer_gap_corner_or_size_of_text_is_written_elsewhere() {
    const HELD: [&str; 7] = ["font-weight", "z-index", "gap", "row-gap", "column-gap", "border-radius", "font-size"];
    let mut wrong = Vec::new();
    for file in stylesheets().into_iter().filter(|file| file != "style/fonts.css") {
        let text = read(&file);
        let own = written(&text).filter(|(name, value)| HELD.contains(name) && is_number(value));
        wrong.extend(own.map(|(name, value)| format!("{file}: {name}: {value}")));
    }
    assert!(wrong.is_empty(), "these have names in style/tokens.css: {wrong:#?}");
}

/// Whether a value holds a number of its own. Nothing at all needs no name.
fn is_number(value: &str) -> bool {
    let words = value.split([' ', ',', '(', ')']).map(|word| word.trim_start_matches('-'));
    words.filter(|word| *word != "0").any(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

/// What is around a thing, and how far it is from an edge, whatever side the property names. What one thing alone is
/// made by may have a name in its own file.
#[test]
fn no_space_is_written_elsewhere() {
    const HELD: [&str; 9] =
        ["padding", "margin", "inset", "top", "right", "bottom", "left", "scroll-padding", "scroll-margin"];
    let is_side = |rest: &str| rest.is_empty() || rest.starts_with('-');
    let is_held = |name: &str| HELD.iter().any(|held| name.strip_prefix(held).is_some_and(is_side));
    let mut wrong = Vec::new();
    for file in stylesheets() {
        let text = read(&file);
        let own = written(&text).filter(|(name, value)| is_held(name) && has_length(value));
        wrong.extend(own.map(|(name, value)| format!("{file}: {name}: {value}")));
    }
    assert!(wrong.is_empty(), "spaces have names in style/tokens.css: {wrong:#?}");
}

/// Whether a value holds a length of its own. What counts tokens is none, nor is a share of the box, or what grows with
/// the letters; and a space may leave out a border, which is 1px wide.
fn has_length(value: &str) -> bool {
    let words = value.split([' ', '\n', ',', '(', ')']).map(|word| word.trim_start_matches(['-', '+', '.']));
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_digit()) && *word != "1px").any(|word| {
        let unit = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        !["", "%", "em"].contains(&unit)
    })
}

/// What a stylesheet declares: properties, and their values.
fn written(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(['{', '}', ';']).filter_map(|rule| rule.rsplit("*/").next()?.trim().split_once(": "))
}

/// All but the tokens.
fn stylesheets() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("style");
    let files = std::fs::read_dir(folder).expect("the stylesheets").map(|file| file.expect("a file").file_name());
    let files: Vec<String> = files.map(|name| format!("style/{}", name.to_string_lossy())).collect();
    assert!(files.len() > 20, "{files:?}");
    files.into_iter().filter(|file| file != "style/tokens.css").collect()
}

#[test]
fn a_colour_is_known_however_it_is_written() {
    for value in ["#fff", "oklch(1 0 0)", "1px solid rgb(0 0 0)", "color-mix(in oklch, red, blue)", "0 0 2px black"] {
        assert!(is_colour(value), "{value}");
    }
    for value in ["var(--text)", "currentColor", "transparent", "1px solid var(--border-strong)", "blackboard"] {
        assert!(!is_colour(value), "{value}");
    }
}

#[test]
fn a_number_is_known_and_a_name_is_none() {
    for value in ["600", "-1", "6px var(--space-3)", "0 4px", "calc(2 * var(--space-1))"] {
        assert!(is_number(value), "{value}");
    }
    for value in ["var(--space-3)", "0", "0 var(--space-4)", "inherit", "normal"] {
        assert!(!is_number(value), "{value}");
    }
}

#[test]
fn a_length_is_known_and_what_counts_tokens_is_none() {
    for value in ["15px", "-6px", ".5rem", "0 var(--space-3) 0 36px", "calc(var(--space-2) - 4px)", "max(\n2ch, 1%)"] {
        assert!(has_length(value), "{value}");
    }
    for value in [
        "0",
        "auto",
        "var(--space-3)",
        "calc(-1 * var(--space-2)) 0",
        "calc(100% + var(--space-4))",
        "calc(var(--space-1) - 1px)",
        "0.05em",
        "max(var(--space-6), env(safe-area-inset-bottom))",
    ] {
        assert!(!has_length(value), "{value}");
    }
}

#[test]
fn contrast_is_counted_as_wcag_does() {
    assert_eq!(too_little("oklch(0 0 0)", "oklch(1 0 0)", 20.99), None);
    assert_eq!(too_little("oklch(0.5 0 0)", "oklch(0.5 0 0)", 3.0), Some("1.00:1 instead of 3:1".to_owned()));
    // Half of black on white is a grey.
    assert_eq!(too_little("oklch(0 0 0 / 0.5)", "oklch(1 0 0)", 4.5), Some("3.98:1 instead of 4.5:1".to_owned()));
    // Under a picture that is white, a translucent ground is a bright one.
    assert_eq!(too_little("oklch(1 0 0)", "oklch(0 0 0 / 0.5)", 4.5), Some("3.98:1 instead of 4.5:1".to_owned()));
}
