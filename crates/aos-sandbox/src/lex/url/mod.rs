//! Addresses that a skill connects to: where they really lead, in every reading.

mod address;
mod host;

use memchr::{memchr, memmem};

use super::Hits;
use crate::rules::Rule;

/// Schemes that a skill may connect with.
const SCHEMES: &[&[u8]] = &[b"http", b"https", b"ws", b"wss"];

/// Looks at an address that a skill connects to.
pub(crate) fn scan(text: &str, hits: &mut Hits) {
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    if trimmed.is_empty() {
        return;
    }
    let bytes = trimmed.as_bytes();
    let end = text.len();
    let scheme = scheme(bytes);
    match scheme {
        Some(name) => {
            let lower = name.to_ascii_lowercase();
            if !SCHEMES.contains(&lower.as_slice()) {
                hits.add(Rule::UrlScheme, 0, end);
            } else if lower == b"http" || lower == b"ws" {
                hits.add(Rule::UrlPlain, 0, end);
            }
        }
        None if bytes.starts_with(b"//") || bytes.starts_with(b"\\\\") || bytes.starts_with(b"/\\") => {
            hits.add(Rule::UrlAmbiguous, 0, end);
        }
        None => {}
    }
    if bytes.iter().any(|byte| *byte < 0x20 || *byte == 0x7f) {
        hits.add(Rule::UrlAmbiguous, 0, end);
    }
    let rest = scheme.map_or(bytes, |name| &bytes[name.len() + 1..]);
    let slashes = rest
        .iter()
        .take_while(|byte| matches!(byte, b'/' | b'\\'))
        .count();
    if scheme.is_none() && slashes == 1 {
        // A path, which the skill joins to a host of its own.
        return;
    }
    if scheme.is_some() && slashes != 2 && hits.has(Rule::UrlPlain) {
        hits.add(Rule::UrlAmbiguous, 0, end);
    }
    authority(&rest[slashes..], end, hits);
    whatwg(trimmed, scheme.is_some(), end, hits);
    nested(&rest[slashes..], end, hits);
}

fn scheme(text: &[u8]) -> Option<&[u8]> {
    let colon = memchr(b':', &text[..text.len().min(32)])?;
    let name = &text[..colon];
    let named = name.first().is_some_and(u8::is_ascii_alphabetic)
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    // `host:80` is a host with a port.
    let port = text.get(colon + 1).is_some_and(u8::is_ascii_digit)
        && !SCHEMES.contains(&name.to_ascii_lowercase().as_slice());
    (named && !port).then_some(name)
}

/// The reading of simple parsers: everything up to the first slash, split at `@` and `:`.
fn authority(rest: &[u8], end: usize, hits: &mut Hits) {
    let length = rest
        .iter()
        .position(|byte| matches!(byte, b'/' | b'?' | b'#'))
        .unwrap_or(rest.len());
    let mut authority = &rest[..length];
    if let Some(space) = authority.iter().position(u8::is_ascii_whitespace) {
        authority = &authority[..space];
    }
    let odd = memchr(b'\\', authority).is_some()
        || rest.get(length) == Some(&b'#') && memchr(b'@', &rest[length..]).is_some();
    if odd {
        hits.add(Rule::UrlAmbiguous, 0, end);
    }
    if memchr(b'@', authority).is_some() {
        hits.add(Rule::UrlUserInfo, 0, end);
    }
    let n_parts = authority.split(|byte| matches!(byte, b'@' | b'\\')).count();
    for (index, part) in authority
        .split(|byte| matches!(byte, b'@' | b'\\'))
        .take(8)
        .enumerate()
    {
        let host = without_port(part);
        let is_name =
            index + 1 < n_parts && !host.contains(&b'.') && host.first().is_some_and(u8::is_ascii_alphabetic);
        if is_name && !host.eq_ignore_ascii_case(b"localhost") {
            continue;
        }
        if let Ok(host) = std::str::from_utf8(host)
            && let Some(rule) = host::judge(host)
        {
            hits.add(rule, 0, end);
        }
    }
}

fn without_port(part: &[u8]) -> &[u8] {
    if part.first() == Some(&b'[') {
        return memchr(b']', part).map_or(part, |close| &part[..=close]);
    }
    memchr(b':', part).map_or(part, |colon| &part[..colon])
}

/// The reading of browsers and of most clients.
fn whatwg(text: &str, has_scheme: bool, end: usize, hits: &mut Hits) {
    let with_scheme;
    let text = if has_scheme {
        text
    } else {
        with_scheme = format!("http://{}", text.trim_start_matches(['/', '\\']));
        &with_scheme
    };
    match url::Url::parse(text) {
        Ok(url) => {
            let judged = match url.host() {
                Some(url::Host::Domain(name)) => host::judge(name),
                Some(url::Host::Ipv4(address)) => address::judge_v4(address),
                Some(url::Host::Ipv6(address)) => address::judge_v6(address),
                None => None,
            };
            if let Some(rule) = judged {
                hits.add(rule, 0, end);
            }
        }
        Err(_) if has_scheme => hits.add(Rule::UrlAmbiguous, 0, end),
        Err(_) => {}
    }
}

/// An internal address inside the path or the query, for a service that forwards.
fn nested(rest: &[u8], end: usize, hits: &mut Hits) {
    for at in memmem::find_iter(rest, b"://").take(4) {
        if at == 0 {
            continue;
        }
        let inner = &rest[at + 3..];
        let length = inner
            .iter()
            .position(|byte| matches!(byte, b'/' | b'?' | b'#' | b'&' | b' ' | b'!'))
            .unwrap_or(inner.len());
        let host = without_port(&inner[..length]);
        if let Ok(host) = std::str::from_utf8(host)
            && matches!(
                host::judge(host),
                Some(Rule::UrlInternal | Rule::UrlMetadata | Rule::UrlDisguised)
            )
            && !host.is_empty()
        {
            hits.add(Rule::UrlNested, 0, end);
        }
    }
}
