//! Names of hosts, and numbers that stand in their place.

use std::{
    borrow::Cow,
    net::{Ipv4Addr, Ipv6Addr},
};

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

use super::address;
use crate::rules::Rule;

/// Endings of names that never leave a private network.
const INTERNAL: &[&str] = &[
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "home.arpa",
    "corp",
    "svc",
    "cluster.local",
    "home",
    "private",
    "consul",
    "test.local",
];

/// Services whose names resolve to whatever address they contain, or to the local one.
const REBINDING: &[&str] = &[
    "nip.io",
    "sslip.io",
    "xip.io",
    "xip.name",
    "localtest.me",
    "lvh.me",
    "vcap.me",
    "lacolhost.com",
    "1u.ms",
    "rbndr.us",
    "fbi.com",
    "readme.localtest.me",
    "mail.ebc.apple.com",
    "spoofed.burpcollaborator.net",
    "bugbounty.dod.network",
    "yoogle.com",
    "local.sisteminha.com",
    "ip6.name",
    "rebind.it",
    "rebind.network",
    "r3dir.me",
    "oast.fun",
    "oast.pro",
    "oast.live",
    "oast.me",
    "oast.site",
    "oast.online",
    "oastify.com",
    "burpcollaborator.net",
    "interact.sh",
    "requestbin.net",
    "ngrok.io",
    "dnslog.cn",
    "ceye.io",
    "backname.io",
    "traefik.me",
    "domaincontrol.com.localhost",
    "localho.st",
    "localh.st",
    "fuf.me",
    "yoyo.io",
    "ulh.us",
    "127-0-0-1.org.uk",
];

/// Names of services that hand out credentials.
const METADATA: &[&str] = &[
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata.azure.com",
    "metadata.packet.net",
    "metadata.platformequinix.com",
    "rancher-metadata",
    "metadata.oraclecloud.com",
    "metadata.tencentyun.com",
];

/// Returns what is wrong with the host `written`.
pub(super) fn judge(written: &str) -> Option<Rule> {
    if let Some(inner) = written.strip_prefix('[') {
        return judge_v6(inner.trim_end_matches(']'));
    }
    let decoded = percent_decode_str(written).decode_utf8_lossy();
    let plain: String = decoded
        .nfkc()
        .map(|c| {
            if matches!(c, '。' | '．' | '｡') {
                '.'
            } else {
                c
            }
        })
        .filter(|c| {
            !c.is_control() && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
        })
        .flat_map(char::to_lowercase)
        .collect();
    let disguised = plain.chars().ne(written.chars().map(|c| c.to_ascii_lowercase()));
    let name = plain.trim_end_matches('.');
    if name.is_empty() {
        return None;
    }
    if let Some(rule) = judge_number(name, disguised) {
        return Some(rule);
    }
    if METADATA.contains(&name) {
        return Some(Rule::UrlMetadata);
    }
    let ends = |suffixes: &[&str]| {
        suffixes.iter().any(|suffix| {
            name.strip_suffix(suffix)
                .is_some_and(|head| head.is_empty() || head.ends_with('.'))
        })
    };
    if ends(REBINDING) || embeds_address(name) {
        return Some(Rule::UrlRebinding);
    }
    let single = !name.contains('.') && !name.contains(':');
    if ends(INTERNAL) || single || name.starts_with("ip6-") || name.contains(".svc.") {
        return Some(Rule::UrlInternal);
    }
    // A name of the host that is written with other letters than the ones it resolves to.
    (disguised && written.is_ascii()).then_some(Rule::UrlAmbiguous)
}

fn judge_v6(inner: &str) -> Option<Rule> {
    let inner = inner.split('%').next().unwrap_or(inner);
    match inner.parse::<Ipv6Addr>() {
        Ok(address) => address::judge_v6(address),
        Err(_) => Some(Rule::UrlAmbiguous),
    }
}

/// Judges a host that is a number in any notation: `127.1`, `0x7f000001`, `017700000001`, `2130706433`.
fn judge_number(name: &str, disguised: bool) -> Option<Rule> {
    let is_number = |part: &str| {
        part.strip_prefix("0x").map_or_else(
            || !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()),
            |digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        )
    };
    if !name.split('.').all(is_number) {
        return None;
    }
    match name.parse::<Ipv4Addr>() {
        Ok(address) if !disguised => Some(address::judge_v4(address).unwrap_or(Rule::UrlPlain)),
        Ok(address) => Some(address::judge_v4(address).unwrap_or(Rule::UrlDisguised)),
        Err(_) => Some(Rule::UrlDisguised),
    }
}

/// Whether the labels of a name contain a private address, as in `127.0.0.1.example.com` or `10-0-0-1.example.com`.
fn embeds_address(name: &str) -> bool {
    let dotted: Cow<'_, str> = if name.contains('-') {
        name.replace('-', ".").into()
    } else {
        name.into()
    };
    let labels: Vec<&str> = dotted.split('.').take(24).collect();
    labels.windows(4).any(|window| {
        let mut octets = [0_u8; 4];
        for (octet, label) in octets.iter_mut().zip(window) {
            match label.parse() {
                Ok(value) => *octet = value,
                Err(_) => return false,
            }
        }
        matches!(
            address::judge_v4(octets.into()),
            Some(Rule::UrlInternal | Rule::UrlMetadata)
        )
    })
}
