//! The parts of an address.

/// What stands behind the scheme; nothing for what has none, such as a relative address.
fn behind_scheme(address: &str) -> Option<&str> {
    let is_scheme = |scheme: &str| {
        !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    };
    address.split_once("://").filter(|(scheme, _)| is_scheme(scheme)).map(|(_, rest)| rest)
}

/// The host of an address, without a name to log in with and without a port. `None` for what has no scheme.
pub fn host(address: &str) -> Option<&str> {
    let rest = behind_scheme(address)?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    host.split(':').next()
}

/// A host without the `www.` that most sites answer to as well.
pub fn without_www(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

/// The host in small letters and without `www.`: by what pages of one site are told.
pub fn site(address: &str) -> Option<String> {
    let host = host(address)?.to_ascii_lowercase();
    let site = without_www(&host);
    // No name in the system of names is longer.
    (!site.is_empty()).then(|| site[..site.floor_char_boundary(253)].to_owned())
}

/// The path of an address, from its slash on, without query and fragment; empty if there is none. An address without a
/// scheme begins with its host.
pub fn path(address: &str) -> &str {
    let rest = behind_scheme(address).unwrap_or(address);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    rest.find('/').map_or("", |slash| &rest[slash..])
}

/// Whether a word is the name of a site: `example.org`.
pub fn is_domain(word: &str) -> bool {
    let Some((name, end)) = word.rsplit_once('.') else { return false };
    name.len() >= 2
        && (2..=6).contains(&end.len())
        && end.bytes().all(|b| b.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_parts() {
        let address = "https://ann@www.Example.org:8080/a/b.html?c=/d#e";
        assert_eq!(host(address), Some("www.Example.org"));
        assert_eq!(site(address).as_deref(), Some("example.org"));
        assert_eq!(path(address), "/a/b.html");
        assert_eq!((host("/a/b"), site("https:///a")), (None, None));
        assert_eq!(host("/go?to=https://example.net/"), None, "an address inside of one");
        assert_eq!(path("https://example.org?u=/a"), "");
        assert_eq!((path("example.org/a#b"), path("https://example.org/")), ("/a", "/"));
    }

    #[test]
    fn a_domain_has_a_name_and_an_end() {
        assert!(is_domain("example.org") && is_domain("old-mill.co.uk") && is_domain("mill.museum"));
        assert!(!is_domain("e.g") && !is_domain("Dr.Lee") && !is_domain("mill") && !is_domain("船.org"));
    }
}
