//! Addresses that somebody is sent on to after signing in: pages of this site, and nothing else, however the address is
//! written.

/// Whether that is a path on this site, as browsers read it. `//host` and `/\host` lead to other sites, dots before a
/// second slash can make the one out of the other, and control characters are dropped before anybody looks.
pub fn is_own_path(path: &str) -> bool {
    let before_query = path.split(['?', '#']).next().unwrap_or_default();
    path.starts_with('/')
        && !before_query.contains("//")
        && !path.contains('\\')
        && !path.chars().any(|c| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_gone_on_to() {
        for own in
            ["/", "/dashboard/keys?a=b", "/watch/ann#chat", "/?search=a//b", "/%2F/evil.example", "/%5Cevil.example"]
        {
            assert!(is_own_path(own), "{own:?}");
        }
        for elsewhere in [
            "",
            "dashboard",
            "https://evil.example",
            "javascript:alert(1)",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/.//evil.example",
            "/..//evil.example",
            "/a//evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "/ /evil.example",
            "/\u{0}/evil.example",
            "/\u{85}/evil.example",
            "/a\r\nLocation: https://evil.example",
            "%2F%2Fevil.example",
        ] {
            assert!(!is_own_path(elsewhere), "{elsewhere:?}");
        }
    }
}
