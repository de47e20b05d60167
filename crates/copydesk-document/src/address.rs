//! Addresses.

/// A relative address made whole. `None` where it is whole already, or is no address of a file.
pub fn absolute(url: &str, base: &str) -> Option<String> {
    let (scheme, rest) = base.split_once("://")?;
    if let Some(host_on) = url.strip_prefix("//") {
        return Some(format!("{scheme}://{host_on}"));
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    if let Some(path) = url.strip_prefix('/') {
        return Some(format!("{scheme}://{host}/{path}"));
    }
    // Beside the document: `img/a.jpg`, `../a.jpg`.
    let has_scheme = url.find([':', '/', '?', '#']).is_some_and(|at| url[at..].starts_with(':'));
    if url.is_empty() || has_scheme || url.starts_with(['?', '#']) || url.contains(char::is_whitespace) {
        return None;
    }
    let path = rest[host.len()..].split(['?', '#']).next().unwrap_or_default();
    let mut folders: Vec<&str> = path.rsplit_once('/').map_or("", |(folders, _)| folders).split('/').skip(1).collect();
    let mut url = url.strip_prefix("./").unwrap_or(url);
    while let Some(up) = url.strip_prefix("../") {
        folders.pop();
        url = up;
    }
    folders.push(url);
    Some(format!("{scheme}://{host}/{}", folders.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_whole() {
        let base = "https://www.example.org/a/b?c";
        for (url, whole) in [
            ("/d.html", Some("https://www.example.org/d.html")),
            ("//cdn.example.org/d.jpg", Some("https://cdn.example.org/d.jpg")),
            ("img/d.jpg", Some("https://www.example.org/a/img/d.jpg")),
            ("./d.jpg", Some("https://www.example.org/a/d.jpg")),
            ("../../d.jpg", Some("https://www.example.org/d.jpg")),
            ("https://other.example/", None),
            ("data:image/png;base64,AA", None),
            ("#top", None),
            ("a boat", None),
            ("", None),
        ] {
            assert_eq!(absolute(url, base).as_deref(), whole, "{url}");
        }
        assert_eq!(absolute("d.jpg", "https://example.org").as_deref(), Some("https://example.org/d.jpg"));
        assert_eq!(absolute("d.jpg", "example.org"), None);
    }
}
